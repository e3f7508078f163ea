import { MongoServerError } from 'mongodb';
import { ConfigError, messageOf } from '../../../connect/errors.ts';
import type { Log } from '../../../connect/log.ts';
import { isFromTokenOrCommand, type MongoPhase } from '../client/classify-error.ts';
import { PositionLost } from './position-lost.ts';
import { afterToken } from './start-point.ts';
import type { StreamConnection } from './stream-connection.ts';
import { openCursor } from './stream-cursor.ts';
import type { StartPoint, Watch } from './watch-command.ts';

/** 280, ChangeStreamFatalError: the place is not there, or a stage of the pipeline took the token out of an event. */
const FATAL = 280;

type CheckDeps = { readonly connection: StreamConnection; readonly log: Log };

export type Failure = {
  readonly error: unknown;
  readonly phase: MongoPhase;
  /** Where the stream was to go on. */
  readonly start: StartPoint;
  /** That place is one of this very pipeline. */
  readonly isScopeSure: boolean;
};

/**
 * The cause of a failure that may speak of the position or of something else; never throws.
 *
 * | failure | asked | answer |
 * | --- | --- | --- |
 * | the command behind a token can't be parsed | the same behind a new token | taken: the stored one is lost |
 * | 280, and the pipeline has stages | the next events without them | given: the stages are the cause |
 *
 * What fails while it asks takes the place of the failure: a cut network is no lost position.
 */
export async function causeOf(failure: Failure, watch: Watch, deps: CheckDeps, signal: AbortSignal): Promise<unknown> {
  const { error, isScopeSure, phase, start } = failure;
  try {
    if (phase === 'opening' && start && 'token' in start && isFromTokenOrCommand(error)) {
      return (await takesNewToken(watch, deps, signal))
        ? new PositionLost(`The stored resume token was refused: ${messageOf(error)}`, lostBy(error))
        : error;
    }
    if (start && isScopeSure && watch.pipeline.length > 0 && isFatal(error)) {
      await readOnce({ ...watch, pipeline: [], batchSize: 1 }, start, deps, signal);
      return new ConfigError(
        [{ property: 'pipeline', message: `MongoDB can't go on behind what the stages make: ${messageOf(error)}` }],
        'MONGODB_REFUSED',
        { cause: error, details: { watch: watch.name } },
      );
    }
    return error;
  } catch (other) {
    return other;
  }
}

const isFatal = (error: unknown): boolean => error instanceof MongoServerError && error.code === FATAL;

const lostBy = (cause: unknown) => ({ cause, ...(cause instanceof MongoServerError && { code: Number(cause.code) }) });

async function takesNewToken(watch: Watch, { connection, log }: CheckDeps, signal: AbortSignal): Promise<boolean> {
  const token = await firstToken();
  if (token === undefined) return false;
  try {
    await using _ = await openCursor(connection, watch, afterToken(token), log, signal);
    return true;
  } catch (error) {
    if (isFromTokenOrCommand(error)) return false;
    throw error;
  }

  async function firstToken(): Promise<string | undefined> {
    await using cursor = await openCursor(connection, watch, undefined, log, signal);
    return cursor.first.token;
  }
}

/** Opening alone does not look for the place, the first getMore does. */
async function readOnce(
  watch: Watch,
  start: StartPoint,
  { connection, log }: CheckDeps,
  signal: AbortSignal,
): Promise<void> {
  await using cursor = await openCursor(connection, watch, start, log, signal);
  if (cursor.first.cursorId !== 0n) await cursor.next();
}
