import type { RejectedEvent, SourceBatch } from '../../../connect/connector.ts';
import { DataError } from '../../../connect/errors.ts';
import type { Log, LogFields } from '../../../connect/log.ts';
import { OutputBuffer } from '../../../connect/output-buffer.ts';
import type { SourceRecord } from '../../../connect/records.ts';
import { toDeadLetterRecord, toOrigin } from './dead-letter-record.ts';
import { errorHandlingOf } from './error-handling.ts';
import type { SourceConfig } from './properties.ts';
import { createToSourceRecord } from './to-source-record.ts';

/** What became of some events in a row; `origins` are the events of the records. */
export type Made = { readonly records: SourceRecord[]; readonly origins: Buffer[]; readonly rejected: RejectedEvent[] };

export const noneMade = (): Made => ({ records: [], origins: [], rejected: [] });

/** What a batch says of its events. */
export const toBatchOf = ({
  records,
  origins,
  rejected,
}: Made): Pick<SourceBatch, 'records' | 'rejected' | 'originOf'> => ({
  records,
  originOf(place) {
    const event = origins[place];
    return event && toOrigin(event);
  },
  ...(rejected.length > 0 && { rejected }),
});

/**
 * Adds what an event becomes: a record, or nothing where the configuration leaves it out, or a rejected event where
 * errors are tolerated. `fault` is why it can't be a record, where that is known already.
 *
 * @throws DataError where it cannot be a record and errors are not tolerated.
 */
export type AddRecord = (event: Buffer, fault: DataError | undefined, made: Made) => void;

export type AddRecordDeps = {
  readonly log: Log;
  /** What the log may say about an event. */
  fieldsOf(event: Buffer): LogFields;
  /** The event names no database, so there is no topic for it. */
  onNoTopic(event: Buffer): void;
};

export function createAddRecord(config: SourceConfig, { fieldsOf, log, onNoTopic }: AddRecordDeps): AddRecord {
  const toSourceRecord = createToSourceRecord(config);
  const handling = errorHandlingOf(config);
  const out = new OutputBuffer();

  function reject(event: Buffer, error: DataError, made: Made): void {
    if (handling.logs) log.error(error.message, { code: error.code, ...fieldsOf(event), ...error.details });
    if (!handling.tolerates) throw error;
    made.rejected.push({ ...toOrigin(event), error, class: TASK_CLASS });
    if (handling.deadLetterTopic === '') return;
    made.records.push(toDeadLetterRecord(event, handling.deadLetterTopic, config));
    made.origins.push(event);
  }

  return (event, fault, made) => {
    try {
      if (fault) throw fault;
      const record = toSourceRecord(event, out);
      if (typeof record !== 'string') {
        made.records.push(record);
        made.origins.push(event);
      } else if (record === 'no-topic') onNoTopic(event);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      reject(event, error, made);
    }
  };
}

const TASK_CLASS = 'com.mongodb.kafka.connect.source.MongoSourceTask';
