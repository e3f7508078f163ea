import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { sourceDeps } from '../../support/source-deps.ts';
import { openTcpProxy } from '../../support/tcp-proxy.ts';
import { keyOf, openDatabase, watch } from './watching.ts';

type Numbered = { _id: number };

/** The same server through a proxy. */
const through = (uri: string, port: number) => uri.replace(/\/\/[^/]+\//, `//127.0.0.1:${port}/`);

test('heals from a cut network without a gap, and says so once', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;
  const { hostname, port } = new URL(uri);
  await using proxy = await openTcpProxy(hostname, Number(port));
  await using source = await watch({
    'connection.uri': through(uri, proxy.port),
    database: db.databaseName,
    collection: 'orders',
  });
  const orders = db.collection<Numbered>('orders');
  await orders.insertOne({ _id: 1 });
  await source.records(1);

  proxy.cut();
  const reading = source.records(3);
  await orders.insertOne({ _id: 2 });
  await sleep(1500);
  proxy.heal();
  await orders.insertOne({ _id: 3 });

  expect((await reading).map((record) => keyOf(record)._id)).toEqual([1, 2, 3]);
  expect(source.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  expect(
    source.lines.filter(({ level, message }) => level === 'info' && message === 'Reading from MongoDB goes on'),
  ).toHaveLength(1);
});

test('names hosts and property within ten seconds when no server answers, keeps trying, and stops at once', async () => {
  await using proxy = await openTcpProxy('127.0.0.1', 1);
  const { port } = proxy;
  await proxy[Symbol.asyncDispose]();
  const lines: unknown[] = [];
  const log = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (...line: unknown[]) => void lines.push(line),
  };
  const { mongodbSource } = await import('../../../functions/connectors/mongodb/source/source-connector.ts');
  const config = mongodbSource.config.parse({
    name: 'test',
    'connector.class': 'MongoSource',
    'connection.uri': `mongodb://user:hunter2@127.0.0.1:${port}/?authSource=admin`,
    database: 'shop',
  });
  const stop = new AbortController();
  const iterator = mongodbSource.poll(config, undefined, sourceDeps({ log }), stop.signal)[Symbol.asyncIterator]();
  const first = iterator.next();

  await sleep(10_000);
  expect(lines).toHaveLength(1);
  expect(JSON.stringify(lines)).toContain(`127.0.0.1:${port}`);
  expect(JSON.stringify(lines)).toContain('connection.uri');
  expect(JSON.stringify(lines)).not.toContain('hunter2');
  const before = performance.now();
  stop.abort();
  expect(await first).toEqual({ value: undefined, done: true });
  expect(performance.now() - before).toBeLessThan(1000);
});

test('stops within a second while a getMore waits', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;
  const source = await watch({
    'connection.uri': uri,
    database: db.databaseName,
    collection: 'orders',
    'poll.await.time.ms': '60000',
  });
  const waiting = source.next();
  await sleep(300);
  const before = performance.now();

  await Promise.all([source.stop(), expect(waiting).rejects.toThrow('Expected another batch, got the end')]);

  expect(performance.now() - before).toBeLessThan(1000);
});

test('stops with the words of the server when a stage does not exist', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;

  await expect(
    watch({ 'connection.uri': uri, database: db.databaseName, collection: 'orders', pipeline: '[{$nonsense: {}}]' }),
  ).rejects.toMatchObject({
    name: 'ConfigError',
    code: 'MONGODB_REFUSED',
    message: expect.stringContaining('$nonsense'),
  });
});
