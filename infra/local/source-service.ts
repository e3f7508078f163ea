import { setTimeout as sleep } from 'node:timers/promises';
import type { Health } from '../../functions/source/task-status.ts';
import { freePort } from './ports.ts';
import type { ManagedProcess, Run } from './processes.ts';
import { sourceNodeOptions } from './source-command.ts';

export type SourceServiceOptions = {
  /** The connector's name. */
  readonly name: string;
  /** The bundle, `main.mjs`, with its `connector.json` beside it. */
  readonly main: string;
  readonly env: Readonly<Record<string, string>>;
  readonly report: (line: string) => void;
};

/** Stands in for the ECS service of a source: one task at a time, replaced when it ends. */
export type SourceService = AsyncDisposable & {
  readonly name: string;
  /** The process of the task that runs, or ran last. */
  task(): ManagedProcess;
  /** What the task says of itself; nothing while none answers. */
  health(): Promise<Health | undefined>;
  /** Resolves once the task is in a state, or stopped for good. */
  until(state: Health['state'], timeoutMs?: number): Promise<Health>;
};

/** A task that a person has to mend is not started again. */
const STOPPED = 2;
const FIRST_RESTART_MS = 200;
const MOST_RESTART_MS = 2000;
/** A task that lived this long starts the pauses between restarts anew. */
const SETTLED_MS = 10_000;
const DRAIN_MS = 20_000;

export async function startSourceService(run: Run, options: SourceServiceOptions): Promise<SourceService> {
  const { name, main, report } = options;
  const port = await freePort();
  const env = { ...options.env, TAILRACE_HEALTH_PORT: String(port) };
  const ended = new AbortController();
  let stopped: string | undefined;

  const startTask = () => run.start(`source-${name}`, process.execPath, [...sourceNodeOptions(), main], { env });
  let task = startTask();

  async function keepRunning(): Promise<void> {
    let pauseMs = FIRST_RESTART_MS;
    while (!ended.signal.aborted) {
      const startedAt = performance.now();
      const code = await task.exited;
      if (ended.signal.aborted || code === 0) return;
      if (code === STOPPED) {
        stopped = `stopped with exit code ${STOPPED}, see ${task.logFile}`;
        report(stopped);
        return;
      }
      if (performance.now() - startedAt > SETTLED_MS) pauseMs = FIRST_RESTART_MS;
      report(`task ended (${code}), starting it again`);
      await sleep(pauseMs, undefined, { signal: ended.signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, MOST_RESTART_MS);
      if (!ended.signal.aborted) task = startTask();
    }
  }
  const keeping = keepRunning();

  async function health(): Promise<Health | undefined> {
    if (stopped) return { healthy: true, state: 'stopped', reason: stopped, records: 0, lagSeconds: 0 };
    return askHealth(port);
  }

  async function until(state: Health['state'], timeoutMs = 60_000): Promise<Health> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const now = await health();
      if (now?.state === state || now?.state === 'stopped') return now;
      if (performance.now() > deadline)
        throw new Error(`${name} is not ${state} after ${timeoutMs} ms, see ${task.logFile}`);
      await sleep(100);
    }
  }

  async function dispose(): Promise<void> {
    ended.abort();
    await task.stop(DRAIN_MS);
    await keeping;
  }

  return { name, task: () => task, health, until, [Symbol.asyncDispose]: dispose };
}

/** What the task behind a health port says; nothing while none answers. */
export async function askHealth(port: number): Promise<Health | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(2000) });
    return (await answer.json()) as Health;
  } catch {
    // not up yet, or just gone: nothing to tell
    return undefined;
  }
}
