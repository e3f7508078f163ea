import type { RejectedEvent, SourceBatch } from '../../../connect/connector.ts';
import { DataError } from '../../../connect/errors.ts';
import type { Log, LogFields } from '../../../connect/log.ts';
import { OutputBuffer } from '../../../connect/output-buffer.ts';
import type { SourceRecord } from '../../../connect/records.ts';
import { toDeadLetterRecord, toOrigin } from './dead-letter-record.ts';
import type { Encoded } from './encode/encoded-job.ts';
import { errorHandlingOf } from './error-handling.ts';
import { type KeptEvents, keepEvents } from './kept-events.ts';
import type { SourceConfig } from './properties.ts';
import { createToSourceRecord } from './to-source-record.ts';

/** What became of some events in a row; `origins` are the events of the records. */
export type Made = {
  readonly records: SourceRecord[];
  readonly origins: KeptEvents;
  readonly rejected: RejectedEvent[];
  readonly release: () => void;
};

/** What a batch says of its events. */
export const toBatchOf = ({
  records,
  origins,
  rejected,
  release,
}: Made): Pick<SourceBatch, 'records' | 'rejected' | 'originOf' | 'release'> => ({
  records,
  originOf(place) {
    const event = origins.at(place);
    return event && toOrigin(event);
  },
  release,
  rejected: rejected.length > 0 ? rejected : undefined,
});

export type RecordMaker = {
  /** A new batch; `alsoRelease` is called when it is released. */
  begin(alsoRelease?: () => void): Made;
  /**
   * Adds what an event becomes: a record, or nothing where the configuration leaves it out, or a rejected event where
   * errors are tolerated. `known` is what is known already of that: why it can't be a record, or what another thread
   * made of it.
   *
   * @throws DataError where it cannot be a record and errors are not tolerated.
   */
  add(event: Buffer, made: Made, known?: Encoded): void;
};

export type RecordMakerDeps = {
  readonly log: Log;
  /** What the log may say about an event. */
  fieldsOf(event: Buffer): LogFields;
  /** The event names no database, so there is no topic for it. */
  onNoTopic(event: Buffer): void;
};

export function createRecordMaker(config: SourceConfig, { fieldsOf, log, onNoTopic }: RecordMakerDeps): RecordMaker {
  const toSourceRecord = createToSourceRecord(config);
  const handling = errorHandlingOf(config);
  const out = new OutputBuffer();
  let newest: Made | undefined;

  function begin(alsoRelease?: () => void): Made {
    const made: Made = {
      records: [],
      origins: keepEvents(),
      rejected: [],
      release() {
        // what came behind it is in the same memory
        if (made === newest) out.reuse();
        alsoRelease?.();
      },
    };
    newest = made;
    return made;
  }

  function reject(event: Buffer, error: DataError, made: Made): void {
    if (handling.logs) log.error(error.message, { code: error.code, ...fieldsOf(event), ...error.details });
    if (!handling.tolerates) throw error;
    made.rejected.push({ ...toOrigin(event), error, class: TASK_CLASS });
    if (handling.deadLetterTopic === '') return;
    made.records.push(toDeadLetterRecord(event, handling.deadLetterTopic, config));
    made.origins.add(event);
  }

  function add(event: Buffer, made: Made, known?: Encoded): void {
    try {
      const record = known ?? toSourceRecord(event, out);
      if (record instanceof DataError) throw record;
      if (typeof record !== 'string') {
        made.records.push(record);
        made.origins.add(event);
      } else if (record === 'no-topic') onNoTopic(event);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      reject(event, error, made);
    }
  }

  return { begin, add };
}

const TASK_CLASS = 'com.mongodb.kafka.connect.source.MongoSourceTask';
