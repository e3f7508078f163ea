import { ConfigError, type ConnectorError, messageOf, RetriableError } from '../../connect/errors.ts';

/**
 * What to do about a partition's answer.
 *
 * - stored: all in-sync replicas have the batch
 * - retry: the same batch with the same sequence, after a pause; with `refresh` the leader is looked up again first
 * - restart: the broker lost the lane's sequence: a new epoch, then the same records again; they may be doubled
 * - split: no batch like this will be taken; halve it to find the record whose fault it is
 * - fenced: a newer task produces; stop at once
 * - refused: nothing that time heals
 */
export type Verdict =
  | { readonly action: 'stored' | 'restart' | 'fenced' | 'refused' }
  | { readonly action: 'retry'; readonly refresh: boolean }
  | { readonly action: 'split'; readonly because: 'size' | 'content' };

const CODES: Readonly<Record<number, readonly [name: string, verdict: Verdict]>> = {
  0: ['NONE', { action: 'stored' }],
  2: ['CORRUPT_MESSAGE', { action: 'retry', refresh: false }],
  3: ['UNKNOWN_TOPIC_OR_PARTITION', { action: 'retry', refresh: true }],
  5: ['LEADER_NOT_AVAILABLE', { action: 'retry', refresh: true }],
  6: ['NOT_LEADER_OR_FOLLOWER', { action: 'retry', refresh: true }],
  7: ['REQUEST_TIMED_OUT', { action: 'retry', refresh: true }],
  9: ['REPLICA_NOT_AVAILABLE', { action: 'retry', refresh: true }],
  10: ['MESSAGE_TOO_LARGE', { action: 'split', because: 'size' }],
  13: ['NETWORK_EXCEPTION', { action: 'retry', refresh: true }],
  17: ['INVALID_TOPIC_EXCEPTION', { action: 'refused' }],
  18: ['RECORD_LIST_TOO_LARGE', { action: 'split', because: 'size' }],
  19: ['NOT_ENOUGH_REPLICAS', { action: 'retry', refresh: true }],
  20: ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', { action: 'retry', refresh: true }],
  21: ['INVALID_REQUIRED_ACKS', { action: 'refused' }],
  29: ['TOPIC_AUTHORIZATION_FAILED', { action: 'refused' }],
  31: ['CLUSTER_AUTHORIZATION_FAILED', { action: 'refused' }],
  32: ['INVALID_TIMESTAMP', { action: 'split', because: 'content' }],
  35: ['UNSUPPORTED_VERSION', { action: 'refused' }],
  42: ['INVALID_REQUEST', { action: 'refused' }],
  43: ['UNSUPPORTED_FOR_MESSAGE_FORMAT', { action: 'refused' }],
  44: ['POLICY_VIOLATION', { action: 'refused' }],
  45: ['OUT_OF_ORDER_SEQUENCE_NUMBER', { action: 'restart' }],
  47: ['INVALID_PRODUCER_EPOCH', { action: 'fenced' }],
  49: ['INVALID_PRODUCER_ID_MAPPING', { action: 'restart' }],
  53: ['TRANSACTIONAL_ID_AUTHORIZATION_FAILED', { action: 'refused' }],
  56: ['KAFKA_STORAGE_ERROR', { action: 'retry', refresh: true }],
  59: ['UNKNOWN_PRODUCER_ID', { action: 'restart' }],
  74: ['FENCED_LEADER_EPOCH', { action: 'retry', refresh: true }],
  76: ['UNSUPPORTED_COMPRESSION_TYPE', { action: 'refused' }],
  87: ['INVALID_RECORD', { action: 'split', because: 'content' }],
  89: ['THROTTLING_QUOTA_EXCEEDED', { action: 'retry', refresh: false }],
  90: ['PRODUCER_FENCED', { action: 'fenced' }],
};

const DUPLICATE_SEQUENCE_NUMBER = 46;

/**
 * Sorts the error codes of a produce answer. `isRetry`: an earlier try of this very batch may have been stored.
 *
 * A code that isn't listed is retried until `delivery.timeout.ms`: to refuse what would have passed stops a task for
 * nothing, to retry what will not pass costs two minutes.
 */
export function classifyProduceError(errorCode: number, isRetry: boolean): Verdict {
  if (errorCode === DUPLICATE_SEQUENCE_NUMBER) return { action: isRetry ? 'stored' : 'restart' };
  return CODES[errorCode]?.[1] ?? { action: 'retry', refresh: true };
}

/** Kafka's name of an error code. */
export const nameOfCode = (errorCode: number): string =>
  errorCode === DUPLICATE_SEQUENCE_NUMBER
    ? 'DUPLICATE_SEQUENCE_NUMBER'
    : (OTHER_NAMES[errorCode] ?? CODES[errorCode]?.[0] ?? `error ${errorCode}`);

/** Codes of the other requests, for their messages. */
const OTHER_NAMES: Readonly<Record<number, string>> = {
  [-1]: 'UNKNOWN_SERVER_ERROR',
  14: 'COORDINATOR_LOAD_IN_PROGRESS',
  15: 'COORDINATOR_NOT_AVAILABLE',
  16: 'NOT_COORDINATOR',
  36: 'TOPIC_ALREADY_EXISTS',
  37: 'INVALID_PARTITIONS',
  38: 'INVALID_REPLICATION_FACTOR',
  40: 'INVALID_CONFIG',
  41: 'NOT_CONTROLLER',
  51: 'CONCURRENT_TRANSACTIONS',
};

/** A failed connection or login as the error that says what to do about it. */
export function toConnectError(error: unknown, broker: string): ConnectorError {
  const message = messageOf(error);
  if (error instanceof Error && LOGIN_REFUSED.has(error.name)) {
    return new ConfigError(
      [{ property: '', message: `Kafka refused the login at ${broker}: ${message}` }],
      'KAFKA_REFUSED',
      { cause: error },
    );
  }
  return new RetriableError('KAFKA_UNREACHABLE', `Expected a Kafka broker at ${broker}, got: ${message}`, {
    cause: error,
  });
}

const LOGIN_REFUSED = new Set(['KafkaJSSASLAuthenticationError', 'KafkaJSServerDoesNotSupportApiKey']);
