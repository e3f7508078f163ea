import { ConnectorError } from '../functions/connect/errors.ts';

type Thrown = {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly errors?: readonly unknown[];
  readonly cause?: unknown;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
};

const NO_CREDENTIALS =
  'No AWS credentials found: log in, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
const EXPIRED = 'The AWS credentials have expired: log in again';

/** What AWS's SDK throws, by its name: the names are stable, the messages are not. */
const BY_NAME: Readonly<Record<string, (message: string) => string>> = {
  CredentialsProviderError: () => NO_CREDENTIALS,
  ExpiredToken: () => EXPIRED,
  ExpiredTokenException: () => EXPIRED,
  InvalidClientTokenId: () => 'AWS does not know these credentials: log in, or choose another AWS_PROFILE',
  UnrecognizedClientException: () => 'AWS does not know these credentials: log in, or choose another AWS_PROFILE',
  AccessDenied: (message) => `AWS refused access: ${message}`,
  AccessDeniedException: (message) => `AWS refused access: ${message}`,
  QueueDoesNotExist: () => 'The queue does not exist: is the environment deployed, and is the region right?',
  'AWS.SimpleQueueService.NonExistentQueue': () =>
    'The queue does not exist: is the environment deployed, and is the region right?',
  ResourceNotFoundException: () => 'The table does not exist: is the environment deployed, and is the region right?',
  TimeoutError: (message) => `No answer in time: ${message}`,
};

/** The sentence of any error, without a stack trace. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ConnectorError) return error.message;
  const thrown = (typeof error === 'object' && error !== null ? error : { message: String(error) }) as Thrown;
  const message = thrown.message ?? '';
  const known = BY_NAME[thrown.name ?? ''];
  if (known) return known(message);
  if (/^Region is missing/.test(message))
    return 'No AWS region: write "region" into environment.json, or set AWS_REGION';
  const refused = unreachable(thrown);
  if (refused) return refused;
  return message || thrown.code || thrown.name || 'Unknown error';
}

/** A connection that was not made; Node.js tries several addresses and wraps what came of each. */
function unreachable(thrown: Thrown): string | undefined {
  const inner = [thrown, ...(thrown.errors ?? []), thrown.cause].find(
    (candidate): candidate is Thrown => typeof (candidate as Thrown | undefined)?.code === 'string',
  );
  switch (inner?.code) {
    case 'ECONNREFUSED':
      return `Nothing answers at ${inner.address ?? 'the address'}:${inner.port ?? '?'}`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `Can't find the address of ${inner.hostname ?? 'the server'}: is there a network, and is the region right?`;
    case 'ETIMEDOUT':
    case 'ECONNRESET':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `Can't reach ${inner.address ?? inner.hostname ?? 'the server'}: ${inner.code}`;
    default:
      return undefined;
  }
}
