import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findCommand } from '../../infra/local/commands.ts';
import { freePort } from '../../infra/local/ports.ts';
import type { ManagedProcess, Run } from '../../infra/local/processes.ts';
import { waitForPort } from '../../infra/local/readiness.ts';
import { installSecantus } from '../../infra/local/secantus.ts';

const READY_TIMEOUT_MS = 60_000;

/** A database server of a test's own, for what the shared one must not suffer. */
export type OwnMongodb = {
  readonly uri: string;
  /** Stops it as a machine stops that hangs: connections stay, and nobody answers. */
  freeze(): void;
  thaw(): void;
  /** Ends it without a word to anybody. */
  kill(): Promise<void>;
  /** Starts it again where it was, with what it has acknowledged. */
  start(): Promise<void>;
};

/** Starts `mongod` of the search path, else SecantusDB; it goes with the run. */
export async function openOwnMongodb(run: Run, name: string): Promise<OwnMongodb> {
  const port = await freePort();
  const folder = join(run.folder, name);
  mkdirSync(folder, { recursive: true });
  const [command, args] = await commandOf(run, folder, port);
  let starts = 0;
  let server: ManagedProcess;
  const start = async () => {
    starts += 1;
    server = run.start(`${name}-${starts}`, command, args, { cwd: folder });
    await waitForPort(server, port, READY_TIMEOUT_MS);
  };
  await start();
  return {
    uri: `mongodb://127.0.0.1:${port}/?directConnection=true`,
    start,
    freeze: () => void server.child.kill('SIGSTOP'),
    thaw: () => void server.child.kill('SIGCONT'),
    async kill() {
      server.child.kill('SIGKILL');
      await server.exited;
    },
  };
}

async function commandOf(run: Run, folder: string, port: number): Promise<[string, string[]]> {
  const address = (host: string) => [host, '127.0.0.1', '--port', String(port)];
  const mongod = findCommand(['mongod'], process.env.PATH);
  if (mongod) return [mongod, [...address('--bind_ip'), '--dbpath', folder]];
  const python = await installSecantus(run, { report: () => undefined, env: process.env });
  const main = 'import sys; from secantus.cli import main; sys.exit(main())';
  // without --sync-on-commit a kill takes the last acknowledged writes along
  return [python, ['-c', main, ...address('--host'), '--storage-path', folder, '--sync-on-commit']];
}
