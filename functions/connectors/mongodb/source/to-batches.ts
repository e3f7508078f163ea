import type { SourceBatch } from '../../../connect/connector.ts';
import type { Log } from '../../../connect/log.ts';
import { findElement } from '../bson/element-reader.ts';
import { timestampSeconds } from '../bson/event-header.ts';
import { type CursorReply, isInvalidate, tokenOf } from './cursor-reply.ts';
import type { SourceConfig } from './properties.ts';
import { createAddRecord, type Made, noneMade, toBatchOf } from './to-records.ts';

/** Makes the batches of a reply one by one, so that no more than poll.max.batch.size records wait at a time. */
export type ToBatches = (reply: CursorReply) => Generator<SourceBatch>;

/**
 * The offset of the last batch is the reply's own token, which also covers events that were filtered; that of the
 * others is the token of their last event.
 *
 * An event that cannot be a record is a DataError, thrown behind the batch of what came before it, or is left out
 * where errors are tolerated; the batch says so.
 */
export function createToBatches(config: SourceConfig, log: Log): ToBatches {
  const add = createAddRecord(config, {
    log,
    fieldsOf: (event) => ({ token: tokenOf(event) }),
    onNoTopic(event) {
      if (isInvalidate(event)) return;
      log.warn('A change event names no database, so it has no topic and is left out', { token: tokenOf(event) });
    },
  });
  let stored: string | undefined;
  let clusterTimeSeconds: number | undefined;

  /** Where a place has no token of its own, the one before it stands: events may come twice, none is skipped. */
  function toBatch(made: Made, token: string | undefined, last?: Buffer): SourceBatch {
    stored = token ?? stored;
    // the reply's own time runs ahead of events that are still to come, so the position never gets it
    clusterTimeSeconds = (last && timestampSeconds(last, findElement(last, 'clusterTime'))) ?? clusterTimeSeconds;
    return {
      ...toBatchOf(made),
      offset: stored === undefined ? {} : { _id: stored },
      ...(clusterTimeSeconds !== undefined && { clusterTimeSeconds }),
    };
  }

  return function* toBatches({ events, unreadable, token }) {
    for (let from = 0; from < events.length || from === 0; from += config.pollMaxBatchSize) {
      const slice = events.slice(from, from + config.pollMaxBatchSize);
      const isLast = from + slice.length === events.length;
      const made = noneMade();
      for (const [index, event] of slice.entries()) {
        try {
          add(event, unreadable?.get(event), made);
        } catch (error) {
          const before = events[from + index - 1];
          if (before && made.records.length > 0) yield toBatch(made, tokenOf(before), before);
          throw error;
        }
      }
      const last = slice.at(-1);
      const batch = toBatch(made, isLast ? token : last && tokenOf(last), last);
      // servers before 4.0.7 answer without a token until there is an event
      if (made.records.length > 0 || batch.rejected || stored !== undefined) yield batch;
    }
  };
}
