import { MongoServerError } from 'mongodb';
import { classifyMongoError, type MongoFailure } from '../client/classify-error.ts';

/** What the server says about one statement of a command. */
export type WriteError = {
  readonly index: number;
  readonly code: number;
  readonly errmsg: string;
  readonly errInfo?: Readonly<Record<string, unknown>>;
};

/** What it says about the durability of what it wrote. */
export type ConcernError = {
  readonly code: number;
  readonly codeName?: string;
  readonly errmsg?: string;
  readonly errInfo?: Readonly<Record<string, unknown>>;
};

/**
 * again: passes by itself. later: another write of the same put may be in its way. reject: this record can never be
 * written.
 */
export type WriteVerdict = 'again' | 'later' | 'reject';

/**
 * Taking a passing error for a final one fills the dead letter queue with good records, which is the dearer mistake;
 * the other way round one record waits until somebody looks.
 */
export function judgeWriteError(error: WriteError): WriteVerdict {
  if (DUPLICATE_KEY.has(error.code)) return 'later';
  return passes(failureOf(error)) ? 'again' : 'reject';
}

// 11000 DuplicateKey; 11001 and 12582 say the same on old servers
const DUPLICATE_KEY = new Set([11000, 11001, 12582]);

/**
 * 64 WriteConcernFailed: written, but too few members confirmed it in wtimeout; the peer reports the records. stop: the
 * connection string asks for what these servers can't give; nothing is wrong with the records.
 */
export function judgeConcernError(error: ConcernError): 'again' | 'stop' | 'reject' {
  if (error.code === 64) return 'reject';
  const failure = failureOf(error);
  if (passes(failure)) return 'again';
  return failure === 'refused' ? 'stop' : 'reject';
}

const failureOf = ({ code, errmsg = '' }: { code: number; errmsg?: string }): MongoFailure =>
  classifyMongoError(new MongoServerError({ code, errmsg }), 'command');

const passes = (failure: MongoFailure): boolean => failure === 'transient' || failure === 'login';

/**
 * What a command that failed as a whole means for its records. again: the same command later. isolate: one of its
 * statements may be the cause, so each is tried by itself. stop: a person has to change something; nothing is wrong
 * with the records.
 */
export type CommandVerdict = 'again' | 'login' | 'isolate' | 'stop';

export function judgeCommandError(error: unknown, isNamespaceOfRecord: boolean): CommandVerdict {
  if (error instanceof MongoServerError && STATEMENT_CODES.has(Number(error.code))) return 'isolate';
  if (isNamespaceOfRecord && error instanceof MongoServerError && error.code === INVALID_NAMESPACE) return 'isolate';
  switch (classifyMongoError(error, 'command')) {
    case 'data':
      return 'isolate';
    case 'login':
      return 'login';
    case 'refused':
    case 'position-lost':
      return 'stop';
    default:
      return 'again';
  }
}

/** The fault of the configuration, unless the record names its collection. */
const INVALID_NAMESPACE = 73;

const STATEMENT_CODES = new Set([
  2, // BadValue
  9, // FailedToParse
  14, // TypeMismatch
  22, // InvalidBSON
  40, // ConflictingUpdateOperators
  52, // DollarPrefixedFieldName
  56, // EmptyFieldName
  10334, // BSONObjectTooLarge
]);
