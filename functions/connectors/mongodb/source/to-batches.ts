import type { SourceBatch, StoredPosition } from '../../../connect/connector.ts';
import type { Log } from '../../../connect/log.ts';
import { type CursorReply, isInvalidate, tokenOf } from './cursor-reply.ts';
import { leaveOut, trackLastEvents } from './last-events.ts';
import type { SourceConfig } from './properties.ts';
import { timeInToken } from './resume-token.ts';
import { compareTimes } from './start-time.ts';
import { createRecordMaker, type Made, toBatchOf } from './to-records.ts';

/** What was already read when the stream was opened. */
export type AlreadyRead = Pick<StoredPosition, 'clusterTime' | 'lastEvents'>;

/** Makes the batches of a reply one by one, so that no more than poll.max.batch.size records wait at a time. */
export type ToBatches = (reply: CursorReply) => Generator<SourceBatch>;

/**
 * The offset of the last batch is the reply's own token, which also covers events that were filtered; that of the
 * others is the token of their last event.
 *
 * An event that cannot be a record is a DataError, thrown behind the batch of what came before it, or is left out
 * where errors are tolerated; the batch says so.
 */
export function createToBatches(config: SourceConfig, log: Log, before: AlreadyRead = {}): ToBatches {
  const { begin, add } = createRecordMaker(config, {
    log,
    fieldsOf: (event) => ({ token: tokenOf(event) }),
    onNoTopic(event) {
      if (isInvalidate(event)) return;
      log.warn('A change event names no database, so it has no topic and is left out', { token: tokenOf(event) });
    },
  });
  const withoutKnown = leaveOut(before.lastEvents);
  let stored: string | undefined;
  const noteEvents = trackLastEvents(before.lastEvents);
  let clusterTimeSeconds = before.clusterTime;

  /** Where a place has no token of its own, the one before it stands: events may come twice, none is skipped. */
  function toBatch(made: Made, token: string | undefined, covered: readonly Buffer[]): SourceBatch {
    stored = token ?? stored;
    const lastEvents = noteEvents(covered);
    // the reply's own time runs ahead of events that are still to come, so the position never gets it
    clusterTimeSeconds = lastEvents?.seconds ?? clusterTimeSeconds;
    const time = timeInToken(stored);
    // reading that begins at the time of a token meets no older events
    const isCovered = lastEvents && time && compareTimes(lastEvents, time) < 0;
    const { originOf, records, rejected, release } = toBatchOf(made);
    return {
      records,
      originOf,
      rejected,
      release,
      offset: stored === undefined ? {} : { _id: stored },
      clusterTimeSeconds,
      offsetTimeSeconds: time?.seconds,
      lastEvents: isCovered ? undefined : lastEvents,
    };
  }

  return function* toBatches({ encoded, events: given, unreadable, token }) {
    const events = withoutKnown(given);
    // only right behind the start are some left out, and the places are others
    const known = events === given ? encoded : undefined;
    for (let from = 0; from < events.length || from === 0; from += config.pollMaxBatchSize) {
      const slice = events.slice(from, from + config.pollMaxBatchSize);
      const isLast = from + slice.length === events.length;
      const made = begin(isLast ? encoded?.release : undefined);
      for (let index = 0; index < slice.length; index += 1) {
        const event = slice[index]!;
        try {
          add(event, made, unreadable?.get(event) ?? known?.at(from + index));
        } catch (error) {
          const done = slice.slice(0, index);
          const last = done.at(-1);
          if (last && made.records.length > 0) yield toBatch(made, tokenOf(last), done);
          throw error;
        }
      }
      const last = slice.at(-1);
      const batch = toBatch(made, isLast ? token : last && tokenOf(last), slice);
      // servers before 4.0.7 answer without a token until there is an event
      if (made.records.length > 0 || batch.rejected || stored !== undefined) yield batch;
    }
  };
}
