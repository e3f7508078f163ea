import type { RejectedEvent, SourceBatch } from '../../../connect/connector.ts';
import { DataError } from '../../../connect/errors.ts';
import type { Log } from '../../../connect/log.ts';
import type { SourceRecord } from '../../../connect/records.ts';
import { findElement } from '../bson/element-reader.ts';
import { timestampSeconds } from '../bson/event-header.ts';
import { OutputBuffer } from '../bson/output-buffer.ts';
import { type CursorReply, isInvalidate, tokenOf } from './cursor-reply.ts';
import { toDeadLetterRecord, toOrigin } from './dead-letter-record.ts';
import { errorHandlingOf } from './error-handling.ts';
import type { SourceConfig } from './properties.ts';
import { createToSourceRecord } from './to-source-record.ts';

/** Makes the batches of a reply one by one, so that no more than poll.max.batch.size records wait at a time. */
export type ToBatches = (reply: CursorReply) => Generator<SourceBatch>;

/** What became of some events in a row; `origins` are the events of the records. */
type Made = { readonly records: SourceRecord[]; readonly origins: Buffer[]; readonly rejected: RejectedEvent[] };

/**
 * The offset of the last batch is the reply's own token, which also covers events that were filtered; that of the
 * others is the token of their last event.
 *
 * An event that cannot be a record is a DataError, thrown behind the batch of what came before it, or is left out
 * where errors are tolerated; the batch says so.
 */
export function createToBatches(config: SourceConfig, log: Log): ToBatches {
  const toSourceRecord = createToSourceRecord(config);
  const handling = errorHandlingOf(config);
  const out = new OutputBuffer();
  let stored: string | undefined;
  let clusterTimeSeconds: number | undefined;

  /** Where a place has no token of its own, the one before it stands: events may come twice, none is skipped. */
  function toBatch({ records, origins, rejected }: Made, token: string | undefined, last?: Buffer): SourceBatch {
    stored = token ?? stored;
    // the reply's own time runs ahead of events that are still to come, so the position never gets it
    clusterTimeSeconds = (last && timestampSeconds(last, findElement(last, 'clusterTime'))) ?? clusterTimeSeconds;
    return {
      records,
      offset: stored === undefined ? {} : { _id: stored },
      originOf(place) {
        const event = origins[place];
        return event && toOrigin(event);
      },
      ...(clusterTimeSeconds !== undefined && { clusterTimeSeconds }),
      ...(rejected.length > 0 && { rejected }),
    };
  }

  function add(event: Buffer, fault: DataError | undefined, made: Made): void {
    try {
      if (fault) throw fault;
      const record = toSourceRecord(event, out);
      if (typeof record !== 'string') {
        made.records.push(record);
        made.origins.push(event);
      } else if (record === 'no-topic' && !isInvalidate(event)) {
        log.warn('A change event names no database, so it has no topic and is left out', { token: tokenOf(event) });
      }
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      reject(event, error, made);
    }
  }

  function reject(event: Buffer, error: DataError, made: Made): void {
    if (handling.logs) log.error(error.message, { code: error.code, token: tokenOf(event), ...error.details });
    if (!handling.tolerates) throw error;
    made.rejected.push({ ...toOrigin(event), error, class: TASK_CLASS });
    if (handling.deadLetterTopic === '') return;
    made.records.push(toDeadLetterRecord(event, handling.deadLetterTopic, config));
    made.origins.push(event);
  }

  return function* toBatches({ events, unreadable, token }) {
    for (let from = 0; from < events.length || from === 0; from += config.pollMaxBatchSize) {
      const slice = events.slice(from, from + config.pollMaxBatchSize);
      const isLast = from + slice.length === events.length;
      const made: Made = { records: [], origins: [], rejected: [] };
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

const TASK_CLASS = 'com.mongodb.kafka.connect.source.MongoSourceTask';
