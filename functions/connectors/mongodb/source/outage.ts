import { MongoError, MongoServerSelectionError } from 'mongodb';
import type { SourceDeps } from '../../../connect/connector.ts';
import { ConfigError, ConnectorError, DataError, messageOf } from '../../../connect/errors.ts';
import { classifyMongoError, type MongoFailure, type MongoPhase } from '../client/classify-error.ts';
import { PositionLost } from './position-lost.ts';
import { ReplyMissing } from './stream-cursor.ts';

/** What the operator is told. */
export type StreamContext = {
  /** `shop.orders` */
  readonly watch: string;
  /** What is done with it. */
  readonly verb?: 'watch' | 'copy';
  readonly hosts: readonly string[];
};

export type OutageDeps = Pick<SourceDeps, 'log' | 'metrics' | 'now'> & { random(): number };

/** Failures in a row: says how long to wait before the next try, or throws what ends the stream. */
export type Outage = {
  /** @throws ConfigError, PositionLost, DataError where another try cannot help. */
  pauseAfter(error: unknown, phase: MongoPhase): number;
  /** The stream is open again. */
  opened(): void;
  /** It also delivers: the next failure is a new outage. */
  delivered(): void;
};

/** Codes that nobody classified, and a login that was right before, may pass; a permanent failure must show soon. */
const PATIENCE_MS = 20_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;

export function createOutage(context: StreamContext, { log, metrics, now, random }: OutageDeps): Outage {
  let since: number | undefined;
  let attempts = 0;
  let wasOpen = false;
  let isLogged = false;

  function pauseAfter(error: unknown, phase: MongoPhase): number {
    since ??= now();
    const failure = failureOf(error, phase);
    const isPatient = failure === 'unknown' || (failure === 'login' && wasOpen);
    if (failure !== 'transient' && !(isPatient && now() - since < PATIENCE_MS)) throw toFinal(error, failure, context);
    if (!isLogged) say(error);
    isLogged = true;
    metrics.add('sourceReconnects', 1);
    const pause = pauseMs(attempts++, random());
    // what may be permanent has to show soon
    return isPatient ? Math.min(pause, since + PATIENCE_MS - now()) : pause;
  }

  function say(error: unknown): void {
    const fields = { hosts: context.hosts, watch: context.watch, error: messageOf(error) };
    if (!wasOpen && error instanceof MongoServerSelectionError) {
      log.error('No MongoDB server of connection.uri answers; trying again until one does', {
        code: 'MONGODB_UNREACHABLE',
        ...fields,
      });
    } else
      log.warn('Reading from MongoDB failed; trying again until it works', { code: 'MONGODB_TRANSIENT', ...fields });
  }

  return {
    pauseAfter,
    opened() {
      if (isLogged) {
        log.info('Reading from MongoDB goes on', {
          watch: context.watch,
          attempts,
          seconds: Math.round((now() - (since ?? now())) / 1000),
        });
      }
      wasOpen = true;
      isLogged = false;
    },
    delivered() {
      since = undefined;
      attempts = 0;
    },
  };
}

/** Doubles from a tenth of a second up to half a minute; half of it is chance, so that tasks don't come back in step. */
export function pauseMs(attempt: number, random: number): number {
  const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 20));
  return ceiling / 2 + (ceiling / 2) * random;
}

/** Anything but the database's failures is ours and ends the stream as it is. */
function failureOf(error: unknown, phase: MongoPhase): MongoFailure {
  if (error instanceof ReplyMissing) return 'transient';
  if (error instanceof ConnectorError || error instanceof PositionLost) throw error;
  const failure = classifyMongoError(error, phase);
  if (!(error instanceof MongoError) && failure !== 'transient') throw error;
  return failure;
}

function toFinal(error: unknown, failure: MongoFailure, context: StreamContext): Error {
  const { verb = 'watch', watch } = context;
  const words = wordsOf(error);
  const details = { watch, hosts: context.hosts };
  if (failure === 'position-lost') {
    return new PositionLost(words, { cause: error, ...(error instanceof MongoError && { code: Number(error.code) }) });
  }
  if (failure === 'data') {
    return new DataError(
      'CHANGE_EVENT_INVALID',
      `Expected a change event of ${watch} that fits into a reply, got one that does not: ${words}`,
      { cause: error, details },
    );
  }
  const what = failure === 'login' ? 'the credentials of connection.uri' : `to ${verb} ${watch}`;
  return new ConfigError([{ property: '', message: `MongoDB refused ${what}: ${words}` }], 'MONGODB_REFUSED', {
    cause: error,
    // the secret may have been changed: whoever runs this reads it again
    details: { ...details, isLogin: failure === 'login' },
  });
}

function wordsOf(error: unknown): string {
  const code = error instanceof MongoError && error.code !== undefined ? ` (code ${error.code})` : '';
  return `${messageOf(error).replace(/\.$/, '')}${code}`;
}
