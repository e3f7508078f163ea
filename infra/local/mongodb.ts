import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Document, MongoClient } from 'mongodb';
import { messageOf } from '../../functions/connect/errors.ts';
import { findCommand } from './commands.ts';
import { freePort } from './ports.ts';
import type { Run } from './processes.ts';
import { lastWords, waitForPort } from './readiness.ts';
import { installSecantus, SECANTUS_VERSION } from './secantus.ts';
import type { LocalServiceOptions } from './service-options.ts';
import { serviceUnavailable } from './service-unavailable.ts';

const REACH_TIMEOUT_MS = 10_000;
const READY_TIMEOUT_MS = 30_000;
const REPLICA_SET = 'tailrace';
/** What its `secantusd-py` does, whose first line has the path of a folder that was renamed since. */
const SECANTUS_MAIN = 'import sys; from secantus.cli import main; sys.exit(main())';

/** A database with change streams: one of your own, else `mongod` of the search path, else SecantusDB. */
export async function startMongodb(run: Run, options: LocalServiceOptions): Promise<{ mongodbUri: string }> {
  const { report, env } = options;
  if (env.MONGODB_URI) {
    await reachMongodb(env.MONGODB_URI, REACH_TIMEOUT_MS);
    report(`MongoDB   your own, at ${withoutPassword(env.MONGODB_URI)}`);
    return { mongodbUri: env.MONGODB_URI };
  }
  const mongod = findCommand(['mongod'], env.PATH);
  const { mongodbUri, what } = mongod ? await startMongod(run, mongod) : await startSecantus(run, options);
  report(`MongoDB   ${what}, at ${mongodbUri}`);
  return { mongodbUri };
}

/** Resolves if a server answers that has change streams, and throws one clear sentence otherwise. */
export async function reachMongodb(mongodbUri: string, timeoutMs: number): Promise<void> {
  let hello: Document;
  try {
    await using client = new MongoClient(mongodbUri, {
      serverSelectionTimeoutMS: timeoutMs,
      // a server that takes the connection and says nothing
      connectTimeoutMS: timeoutMs,
      socketTimeoutMS: timeoutMs,
    });
    hello = await client.db('admin').command({ hello: 1 });
  } catch (error) {
    throw serviceUnavailable(
      `Expected a MongoDB server at MONGODB_URI (${withoutPassword(mongodbUri)}), got no answer within ${timeoutMs / 1000} s: ${messageOf(error)}`,
      error,
    );
  }
  // a router of a sharded cluster has no set name of its own
  if (!hello.setName && hello.msg !== 'isdbgrid')
    throw serviceUnavailable(
      `Expected a replica set or a sharded cluster at MONGODB_URI (${withoutPassword(mongodbUri)}), got a standalone server, which has no change streams: start it with --replSet`,
    );
}

/** A connection string as it may be printed. */
export const withoutPassword = (uri: string): string => uri.replace(/^(mongodb(?:\+srv)?:\/\/)[^/?]*@/, '$1');

async function startMongod(run: Run, command: string): Promise<{ mongodbUri: string; what: string }> {
  const port = await freePort();
  const dataFolder = join(run.folder, 'mongodb');
  mkdirSync(dataFolder, { recursive: true });
  const server = run.start('mongod', command, [
    ...['--replSet', REPLICA_SET, '--bind_ip', '127.0.0.1', '--port', String(port), '--dbpath', dataFolder],
    // failCommand, which the tests make errors with
    ...['--setParameter', 'enableTestCommands=1'],
  ]);
  await waitForPort(server, port, READY_TIMEOUT_MS);
  await initiateReplicaSet(port);
  return { mongodbUri: `mongodb://127.0.0.1:${port}/?replicaSet=${REPLICA_SET}`, what: `mongod (${command})` };
}

async function initiateReplicaSet(port: number): Promise<void> {
  await using client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`);
  const admin = client.db('admin');
  await admin.command({
    replSetInitiate: { _id: REPLICA_SET, members: [{ _id: 0, host: `127.0.0.1:${port}` }] },
  });
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (!(await admin.command({ hello: 1 })).isWritablePrimary) {
    if (performance.now() > deadline)
      throw serviceUnavailable(`mongod did not become primary of its replica set within ${READY_TIMEOUT_MS / 1000} s`);
    await sleep(50);
  }
}

async function startSecantus(
  run: Run,
  { report, env }: LocalServiceOptions,
): Promise<{ mongodbUri: string; what: string }> {
  const python = await installSecantus(run, { report, env });
  const port = await freePort();
  const server = run.start(
    'secantusdb',
    python,
    [
      ...['-c', SECANTUS_MAIN, '--host', '127.0.0.1', '--port', String(port)],
      ...['--storage-path', join(run.folder, 'mongodb'), '--cache-size', '1G'],
      // by default it forgets what is older than an hour or 100,000 entries, and says nothing
      ...['--oplog-max-entries', '5000000', '--oplog-retention-seconds', '86400'],
      '--enable-test-commands',
    ],
    // a secantusd.toml of the folder where the launcher was started is none of ours
    { cwd: run.folder },
  );
  await waitForPort(server, port, READY_TIMEOUT_MS);
  const mongodbUri = `mongodb://127.0.0.1:${port}/?replicaSet=secantus&directConnection=true`;
  try {
    await reachMongodb(mongodbUri, READY_TIMEOUT_MS);
  } catch (error) {
    throw serviceUnavailable(`SecantusDB does not answer${lastWords(server)}`, error);
  }
  return { mongodbUri, what: `SecantusDB ${SECANTUS_VERSION}` };
}
