import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { ConnectorStatus } from './connector-status.ts';
import { stateFolder } from './folders.ts';
import type { Launcher } from './launcher.ts';

/** Where the `tailrace` command finds what runs on this machine. */
const file = join(stateFolder, 'local.json');

/** Tells the `tailrace` command the addresses of a launcher, and what its connectors do, until it is disposed of. */
export async function announce(launcher: Launcher, latest: () => readonly ConnectorStatus[]): Promise<AsyncDisposable> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ connectors: latest() }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { awsEnvironment: _, ...addresses } = launcher.services;
  const state = {
    pid: process.pid,
    startedAt: new Date().toISOString(),
    ...addresses,
    lambdaEndpoint: launcher.lambdaEndpoint,
    statusUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(state, undefined, 2));
  renameSync(`${file}.new`, file);
  return {
    async [Symbol.asyncDispose]() {
      rmSync(file, { force: true });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
