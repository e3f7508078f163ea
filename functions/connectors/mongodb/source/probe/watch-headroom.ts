import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../../connect/errors.ts';
import type { Log } from '../../../../connect/log.ts';
import type { Metrics } from '../../../../connect/metrics.ts';
import type { StreamConnection } from '../stream-connection.ts';
import { oldestOplogTime } from './oldest-oplog-time.ts';
import type { Features } from './plan-features.ts';

export type HeadroomDeps = {
  readonly connection: StreamConnection;
  features(): Promise<Features>;
  /** Seconds since 1970, of the place that the stream would go on from; nothing before it is open. */
  positionTime(): number | undefined;
  readonly metrics: Metrics;
  readonly log: Log;
};

/** Twice within the minute of an alarm; the question costs the server one small document. */
const INTERVAL_MS = 30_000;

/**
 * Tells how far the position is ahead of the oplog's oldest entry: that is the time until changes are lost, were the
 * task to stand still. It goes on while the stream waits for Kafka, and it never breaks the stream.
 */
export function watchHeadroom(deps: HeadroomDeps, intervalMs = INTERVAL_MS): AsyncDisposable {
  const ended = new AbortController();
  const watching = repeat(deps, intervalMs, ended.signal);
  return {
    async [Symbol.asyncDispose]() {
      ended.abort();
      await watching;
    },
  };
}

async function repeat(deps: HeadroomDeps, intervalMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await measure(deps, signal);
    } catch (error) {
      deps.log.debug('The reach of the oplog could not be read', { error: messageOf(error) });
    }
    // rejects only when the signal aborts
    await sleep(intervalMs, undefined, { signal }).catch(() => undefined);
  }
}

async function measure({ connection, features, metrics, positionTime }: HeadroomDeps, signal: AbortSignal) {
  const position = positionTime();
  if (position === undefined || !(await features()).readsOplog) return;
  const oldest = await oldestOplogTime(connection, signal);
  if (oldest !== undefined) metrics.add('sourceOplogHeadroom', Math.max(0, position - oldest));
}
