import { setTimeout as wait } from 'node:timers/promises';
import { ConnectorError, RetriableError } from '../connect/errors.ts';
import type { Log } from '../connect/log.ts';

const FIRST_DELAY_MS = 500;
/** An outage of any length heals by itself; half a minute between tries keeps the log short and the recovery quick. */
const MOST_DELAY_MS = 30_000;

/**
 * Tries until it works, with growing pauses; only a RetriableError is tried again.
 *
 * The failure is logged once per outage, as an error, because a person may have to act; the recovery once as info. An
 * abort ends it with the reason that the signal has, if that is an error of ours.
 */
export async function retrying<T>(attempt: () => Promise<T>, log: Log, signal: AbortSignal): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      const result = await attempt();
      if (tries > 0) log.info('Recovered', { tries });
      return result;
    } catch (error) {
      if (!(error instanceof RetriableError)) throw error;
      if (tries === 0) log.error(error.message, { code: error.code, ...error.details });
      await pause(Math.min(FIRST_DELAY_MS * 2 ** tries, MOST_DELAY_MS), signal);
    }
  }
}

async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(delayMs, undefined, { signal });
  } catch (error) {
    throw signal.reason instanceof ConnectorError ? signal.reason : error;
  }
}
