import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ManagedProcess } from './processes.ts';
import { serviceUnavailable } from './service-unavailable.ts';

const PROBE_EVERY_MS = 50;

/** Resolves once a process accepts connections on a port of 127.0.0.1; says what it printed last where it never does. */
export async function waitForPort(managed: ManagedProcess, port: number, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let ended: number | string | undefined;
  managed.exited.then((how) => {
    ended = how;
  });
  while (!(await accepts(port))) {
    if (ended !== undefined) throw serviceUnavailable(`${managed.name} ended with ${ended}${lastWords(managed)}`);
    if (performance.now() > deadline)
      throw serviceUnavailable(
        `${managed.name} did not accept connections within ${timeoutMs / 1000} s${lastWords(managed)}`,
      );
    await sleep(PROBE_EVERY_MS);
  }
}

/** The last line that a process printed, for the sentence of an error; its log goes with the run. */
export function lastWords({ logFile }: ManagedProcess): string {
  const lines = existsSync(logFile) ? readFileSync(logFile, 'utf8').trimEnd().split('\n') : [];
  const last = lines.at(-1)?.trim();
  return last ? `: ${last}` : '';
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const settle = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
    socket.setTimeout(1000, () => settle(false));
  });
