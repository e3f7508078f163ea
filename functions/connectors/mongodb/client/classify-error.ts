import { MongoError, MongoServerError } from 'mongodb';

/**
 * What a failure of MongoDB means.
 *
 * transient: passes by itself. login: the credentials were refused; they may have been changed meanwhile. refused: the
 * same command will always fail, a person has to change something. position-lost: the resume token can never work
 * again. data: this one event or write is the cause. unknown: a code that nobody has classified; worth some tries.
 */
export type MongoFailure = 'transient' | 'login' | 'refused' | 'position-lost' | 'data' | 'unknown';

/** `opening`: a change stream with a position; `reading`: its next events; `command`: anything else. */
export type MongoPhase = 'opening' | 'reading' | 'command';

/**
 * Classifies by label and code, never by the server's words.
 *
 * Taking a passing failure for a permanent one stops a connector until a person comes, so that is the dearer mistake;
 * taking a lost position for a passing one would retry for ever, but never skips an event.
 */
export function classifyMongoError(error: unknown, phase: MongoPhase): MongoFailure {
  if (error instanceof MongoServerError) {
    const code = Number(error.code);
    const known = phase === 'command' ? undefined : positionVerdict(code, phase);
    if (known) return known;
    if (PASSING_LABELS.some((label) => error.hasErrorLabel(label))) return 'transient';
    return VERDICTS.get(code) ?? (code >= FIRST_LOCATION_CODE ? 'refused' : 'unknown');
  }
  if (error instanceof MongoError) return NEVER_WORKS.has(error.name) ? 'refused' : 'transient';
  return isSystemError(error) ? 'transient' : 'refused';
}

const PASSING_LABELS = [
  'ResumableChangeStreamError',
  'RetryableWriteError',
  'TransientTransactionError',
  'RetryableError',
  'SystemOverloadedError',
];

// 280 ChangeStreamFatalError, 286 ChangeStreamHistoryLost, 464 ShardRemovedError
const LOST_IN_ANY_PHASE = new Set([280, 286, 464]);
// 136 CappedPositionLost, 260 InvalidResumeToken, 40647 to 40649 and 50811: a token that can't be read. reading, none
// of them is about the token that is stored: opening the stream again tells.
const LOST_WHEN_OPENING = new Set([136, 260, 40647, 40648, 40649, 50811]);

function positionVerdict(code: number, phase: 'opening' | 'reading'): MongoFailure | undefined {
  if (LOST_IN_ANY_PHASE.has(code)) return 'position-lost';
  if (!LOST_WHEN_OPENING.has(code)) return undefined;
  return phase === 'opening' ? 'position-lost' : 'transient';
}

// 9 FailedToParse, 14 TypeMismatch
const FROM_TOKEN_OR_COMMAND = new Set([9, 14]);

/** Whether the server could not parse the resume token or another part of the command: the code does not say which. */
export const isFromTokenOrCommand = (error: unknown): boolean =>
  error instanceof MongoServerError && FROM_TOKEN_OR_COMMAND.has(Number(error.code));

/** From here on codes are the places of assertions in the server: stages and options that it does not take. */
const FIRST_LOCATION_CODE = 15_000;

const TRANSIENT = [
  6, // HostUnreachable
  7, // HostNotFound
  24, // LockTimeout
  26, // NamespaceNotFound: a database that does not exist yet, behind mongos
  43, // CursorNotFound
  46, // LockBusy
  50, // MaxTimeMSExpired
  63, // StaleShardVersion
  64, // WriteConcernFailed
  89, // NetworkTimeout
  91, // ShutdownInProgress
  112, // WriteConflict
  117, // ConflictingOperationInProgress
  133, // FailedToSatisfyReadPreference
  134, // ReadConcernMajorityNotAvailableYet
  150, // StaleEpoch
  175, // QueryPlanKilled
  189, // PrimarySteppedDown
  202, // NetworkInterfaceExceededTimeLimit
  211, // KeyNotFound: keys of the cluster time, just after a failover
  234, // RetryChangeStream
  237, // CursorKilled
  262, // ExceededTimeLimit
  290, // TransactionExceededLifetimeLimitSeconds
  317, // ConnectionPoolExpired
  358, // InternalTransactionNotSupported, while a cluster is upgraded
  365, // TemporarilyUnavailable
  384, // ConnectionError
  462, // IngressRequestRateLimitExceeded
  9001, // SocketException
  10058, // a server that is only just starting
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11601, // Interrupted
  11602, // InterruptedDueToReplStateChange
  13388, // StaleConfig
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
  16500, // throttling of services that speak MongoDB's protocol
];

const LOGIN = [
  11, // UserNotFound
  18, // AuthenticationFailed
  391, // ReauthenticationRequired
  8000, // AtlasError: how Atlas refuses a login
];

const REFUSED = [
  2, // BadValue
  9, // FailedToParse
  13, // Unauthorized
  14, // TypeMismatch
  20, // IllegalOperation
  59, // CommandNotFound
  72, // InvalidOptions
  73, // InvalidNamespace
  79, // UnknownReplWriteConcern
  100, // UnsatisfiableWriteConcern
  115, // CommandNotSupported
  166, // CommandNotSupportedOnView
  224, // QueryFeatureNotAllowed
  235, // InternalErrorNotSupported
  238, // NotImplemented
  263, // OperationNotSupportedInTransaction
  303, // QueryFeatureNotAllowed
  322, // APIVersionError
  323, // APIStrictError
  324, // APIDeprecationError
];

const DATA = [
  10334, // BSONObjectTooLarge
  17419, // a document that an update made too large
  17420, // the same, before it is applied
  11000, // DuplicateKey
  11001, // DuplicateKey of old servers
  12582, // DuplicateKey of old servers
  121, // DocumentValidationFailure
];

const VERDICTS = new Map<number, MongoFailure>([
  ...TRANSIENT.map((code) => [code, 'transient'] as const),
  ...LOGIN.map((code) => [code, 'login'] as const),
  ...REFUSED.map((code) => [code, 'refused'] as const),
  ...DATA.map((code) => [code, 'data'] as const),
]);

/** The driver's own refusals: wrong options or arguments, so no other try can end differently. */
const NEVER_WORKS = new Set([
  'MongoParseError',
  'MongoInvalidArgumentError',
  'MongoMissingCredentialsError',
  'MongoMissingDependencyError',
  'MongoCompatibilityError',
  'MongoAPIError',
  'MongoBSONError',
]);

/** An error of the operating system or the resolver (ECONNREFUSED, ENOTFOUND …) that the driver did not wrap. */
const isSystemError = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && typeof error.syscall === 'string';
