import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { messageOf } from '../../../functions/connect/errors.ts';
import { reachMongodb } from '../../../infra/local/mongodb.ts';
import { freePort } from '../../../infra/local/ports.ts';

const run = promisify(execFile);
const local = (file: string) =>
  JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../../infra/local', file)).href);
const cache = mkdtempSync(join(tmpdir(), 'tailrace-cache-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

/** The message of what starting a service throws, with nothing installed and nothing cached. */
async function failureOf(call: string): Promise<string> {
  const source = `
    const { openRun } = await import(${local('processes.ts')});
    const { startMongodb } = await import(${local('mongodb.ts')});
    const { startKafka } = await import(${local('kafka.ts')});
    await using run = await openRun(${JSON.stringify(cache)});
    const options = { report() {}, env: process.env };
    await ${call}.then(() => console.log('started'), (error) => console.log(error.message));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', source], {
    env: { PATH: '', TAILRACE_CACHE: cache },
  });
  return stdout.trim();
}

test('says which Python to install, or what to use instead', async () => {
  expect(await failureOf('startMongodb(run, options)')).toBe(
    'Expected Python 3.10 to 3.13 on the PATH, which the local MongoDB-wire database needs, got none: install python3 (with its venv module), or put mongod on the PATH, or set MONGODB_URI to a replica set of your own',
  );
});

test('says that Java or Maven is missing, or what to use instead', async () => {
  const failure = await failureOf('startKafka(run, options)');
  expect(failure).toMatch(/java|maven|mvn/i);
  expect(failure).toContain('KAFKA_BOOTSTRAP_SERVERS');
  expect(failure).not.toContain('\n');
});

test('says that a MongoDB of your own does not answer, and keeps its password to itself', async () => {
  const port = await freePort();
  const reaching = reachMongodb(`mongodb://ann:s3cret@127.0.0.1:${port}/?replicaSet=rs0`, 500);
  const failure = messageOf(await reaching.catch((error: unknown) => error));
  const start = `Expected a MongoDB server at MONGODB_URI (mongodb://127.0.0.1:${port}/?replicaSet=rs0), got no answer within 0.5 s: `;
  expect(failure.startsWith(start)).toBe(true);
  expect(failure).not.toContain('s3cret');
});

test('gives up a MongoDB that takes the connection and says nothing', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const began = performance.now();
  await expect(reachMongodb(`mongodb://127.0.0.1:${port}`, 500)).rejects.toThrow('got no answer within 0.5 s');
  expect(performance.now() - began).toBeLessThan(5000);
  silent.close();
});
