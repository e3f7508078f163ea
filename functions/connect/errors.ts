/** Every error that an operator can meet, with the sentence that the documentation prints. */
export const ERROR_CODES = {
  CONFIG_INVALID: 'A connector file, an environment file or a property is missing, misspelt or out of range.',
  CONFIG_NOT_BUILT: 'A property or class of the peer is known but not built yet, so it is refused instead of ignored.',
  SECRET_UNAVAILABLE: 'A placeholder names a secret that could not be read.',
  MONGODB_UNREACHABLE: 'No MongoDB server of connection.uri answered in time.',
  MONGODB_REFUSED:
    'MongoDB refused a command for good: no privilege, an unsupported stage, or a server that cannot do it.',
  MONGODB_TRANSIENT: 'MongoDB failed in a way that passes: network, failover, throttling, or a lost login.',
  POSITION_LOST: 'MongoDB can no longer give the changes since the stored position; position.lost says what follows.',
  KAFKA_UNREACHABLE: 'No Kafka broker answered in time.',
  KAFKA_REFUSED: 'Kafka refused a request for good: no authorisation, or a broker setting that cannot work.',
  KAFKA_DELIVERY_TIMEOUT: 'Kafka did not acknowledge a batch within delivery.timeout.ms.',
  TOPIC_MISSING: 'A topic does not exist and may not be created.',
  RECORD_TOO_LARGE: 'A record is larger than its topic allows.',
  CLAIM_CHECK_UNAVAILABLE: 'S3 did not take or return a large value; it is tried again.',
  CLAIM_CHECK_LOST: 'The object that a record refers to is not in the bucket, or is not what was stored.',
  CLAIM_CHECK_INVALID: 'A record says that its value is a reference to an object, and it is none.',
  PRODUCER_FENCED: 'A newer task of the same connector produces; this one was replaced.',
  LEASE_LOST: 'Another task holds the lease of this connector; this one was replaced.',
  OFFSET_STORE_UNAVAILABLE: 'DynamoDB did not take or return the position.',
  EVENT_INVALID: 'An invocation is not an event of an MSK event source mapping.',
  TOPIC_UNKNOWN: 'A record came from a topic that the connector does not subscribe to.',
  RECORD_INVALID: 'A key or value could not be converted.',
  CHANGE_EVENT_INVALID: 'A change event lacks a field, or has one that cannot be applied without losing data.',
  WRITE_REJECTED: 'MongoDB refused a write for good, as a validator or a unique index does.',
  UPDATE_MISSED: 'An update found no document to change, and update.missing=reject says that it must.',
  WRITE_SKIPPED: 'A write was not tried because one before it in its topic-partition has to come again.',
  KEY_PARKED: 'A record waits behind a dead letter of the same key; sent again in their order, both are written.',
  KEY_FREED: 'A key was freed while a put ran, so the records that would have waited come again and are written.',
  KEY_FULL:
    'As many records of a key wait as one item of DynamoDB can list; the next one holds its topic-partition until some were sent again.',
  PARKED_KEYS_UNAVAILABLE: 'DynamoDB did not take or return which keys are parked; it is tried again.',
  DEAD_LETTER_UNSENT: 'SQS did not take a dead letter, so its record has to come again.',
  DEAD_LETTER_INVALID: 'A message of the replay queue is not a dead letter that can be replayed.',
  REPLAY_FAILED: 'A dead letter could not be replayed now; it comes again.',
  THREAD_LOST: 'A thread that writes records has ended; the task starts again from the stored position.',
  SERVICE_UNAVAILABLE: 'A service of one machine could not be started or reached.',
} as const satisfies Record<string, string>;

export type ErrorCode = keyof typeof ERROR_CODES;

type Details = Readonly<Record<string, unknown>>;
type Options = { cause?: unknown; details?: Details };

/** Base of all errors that a person may read; `details` go to the log as fields. */
export class ConnectorError extends Error {
  override readonly name: string = 'ConnectorError';
  readonly code: ErrorCode;
  readonly details: Details;

  constructor(code: ErrorCode, message: string, { cause, details = {} }: Options = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }
}

/** One thing that is wrong with a configuration; `property` is empty for the file as a whole. */
export type Problem = { readonly property: string; readonly message: string };

/** The operator has to change something: stop and tell. Kafka Connect's ConfigException. */
export class ConfigError extends ConnectorError {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], code: ErrorCode = 'CONFIG_INVALID', options: Options = {}) {
    super(
      code,
      problems.map(({ property, message }) => (property ? `${property}: ${message}` : message)).join('\n'),
      options,
    );
    this.problems = problems;
  }
}

/** This record can never succeed: dead-letter it, or stop. Kafka Connect's DataException. */
export class DataError extends ConnectorError {
  override readonly name = 'DataError';
}

/** The same call may succeed later. Kafka Connect's RetriableException. */
export class RetriableError extends ConnectorError {
  override readonly name = 'RetriableError';
}

/** The task was replaced, or its position is lost: it must not go on, and nothing it could retry would help. */
export class StoppedError extends ConnectorError {
  override readonly name = 'StoppedError';
}

/** The sentence of any thrown value, without a stack trace. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
