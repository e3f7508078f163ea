import type { SourceBatch } from '../../../connect/connector.ts';
import { DataError } from '../../../connect/errors.ts';
import type { Log } from '../../../connect/log.ts';
import type { SourceRecord } from '../../../connect/records.ts';
import { findElement } from '../bson/element-reader.ts';
import { timestampSeconds } from '../bson/event-header.ts';
import { OutputBuffer } from '../bson/output-buffer.ts';
import { type CursorReply, isInvalidate, tokenOf } from './cursor-reply.ts';
import { toDeadLetterRecord } from './dead-letter-record.ts';
import { errorHandlingOf } from './error-handling.ts';
import type { SourceConfig } from './properties.ts';
import { createToSourceRecord } from './to-source-record.ts';

/** Makes the batches of a reply one by one, so that no more than poll.max.batch.size records wait at a time. */
export type ToBatches = (reply: CursorReply) => Generator<SourceBatch>;

/**
 * The offset of the last batch is the reply's own token, which also covers events that were filtered; that of the
 * others is the token of their last event.
 *
 * An event that cannot be a record is a DataError, thrown behind the batch of what came before it, or is left out
 * where errors are tolerated.
 */
export function createToBatches(config: SourceConfig, log: Log): ToBatches {
  const toSourceRecord = createToSourceRecord(config);
  const handling = errorHandlingOf(config);
  const out = new OutputBuffer();
  let stored: string | undefined;
  let clusterTimeSeconds: number | undefined;

  /** Where a place has no token of its own, the one before it stands: events may come twice, none is skipped. */
  function toBatch(records: readonly SourceRecord[], token: string | undefined, last: Buffer | undefined): SourceBatch {
    stored = token ?? stored;
    // the reply's own time runs ahead of events that are still to come, so the position never gets it
    clusterTimeSeconds = (last && timestampSeconds(last, findElement(last, 'clusterTime'))) ?? clusterTimeSeconds;
    return {
      records,
      offset: stored === undefined ? {} : { _id: stored },
      ...(clusterTimeSeconds !== undefined && { clusterTimeSeconds }),
    };
  }

  function toRecords(event: Buffer): readonly SourceRecord[] {
    try {
      const made = toSourceRecord(event, out);
      if (made === 'no-topic' && !isInvalidate(event)) {
        log.warn('A change event names no database, so it has no topic and is left out', { token: tokenOf(event) });
      }
      return typeof made === 'string' ? [] : [made];
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      if (handling.logs) log.error(error.message, { code: error.code, token: tokenOf(event) });
      if (!handling.tolerates) throw error;
      return handling.deadLetterTopic === '' ? [] : [toDeadLetterRecord(event, handling.deadLetterTopic, config)];
    }
  }

  return function* toBatches(reply) {
    const { events } = reply;
    for (let from = 0; from < events.length || from === 0; from += config.pollMaxBatchSize) {
      const slice = events.slice(from, from + config.pollMaxBatchSize);
      const isLast = from + slice.length === events.length;
      const records: SourceRecord[] = [];
      for (const [index, event] of slice.entries()) {
        try {
          records.push(...toRecords(event));
        } catch (error) {
          const before = events[from + index - 1];
          if (before && records.length > 0) yield toBatch(records, tokenOf(before), before);
          throw error;
        }
      }
      const last = slice.at(-1);
      const token = isLast ? reply.token : last && tokenOf(last);
      const batch = toBatch(records, token, last);
      // servers before 4.0.7 answer without a token until there is an event
      if (records.length > 0 || stored !== undefined) yield batch;
    }
  };
}
