import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { createLog } from '../aws/log.ts';
import { runSource } from './run-source.ts';
import { startThread } from './start-thread.ts';

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());

const exitCode = await runSource(
  process.env,
  {
    log: createLog('tailrace-source'),
    owner: `${hostname()}/${process.pid}/${randomUUID()}`,
    // beside the bundle
    defaultConnectorFile: new URL('connector.json', import.meta.url).pathname,
    startThread,
    now: Date.now,
    monotonic: () => performance.now(),
  },
  stop.signal,
);
// a replaced task may hold connections that would keep the process alive
process.exit(exitCode);
