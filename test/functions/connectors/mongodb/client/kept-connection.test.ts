import { Binary, Long, MongoClient, MongoError, type RunCommandOptions, Timestamp } from 'mongodb';
import { expect, test } from 'vitest';
import {
  type CursorCommands,
  cursorCommands,
} from '../../../../../functions/connectors/mongodb/client/cursor-commands.ts';
import { type FakeAnswer, type FakeMongodb, openFakeMongodb, serverError } from '../../../../support/fake-mongodb.ts';

/** Too small a pool to keep a connection of: every command goes the driver's whole way. */
const DRIVER_ALONE = 'maxPoolSize=2';
const EMPTY = { cursor: { id: Long.fromNumber(1), ns: 'shop.orders', nextBatch: [] } };
const OPEN = { aggregate: 'orders', pipeline: [{ $changeStream: {} }], cursor: {} };
const GET_MORE = { getMore: Long.fromNumber(1), collection: 'orders', maxTimeMS: 20 };

/** What the driver knows of the deployment; its types leave it out. */
type Topology = {
  readonly clusterTime: unknown;
  readonly s: { readonly servers: ReadonlyMap<string, { readonly description: { readonly type: string } }> };
};
const topologyOf = (client: MongoClient): Topology => (client as unknown as { topology: Topology }).topology;

type Opened = AsyncDisposable & {
  readonly client: MongoClient;
  readonly commands: CursorCommands;
  readonly stop: AbortController;
  /** How often a connection was taken from the pool, and how many are out of it now. */
  readonly pool: { taken: number; out: number };
  getMore(): Promise<unknown>;
};

/** An open cursor. */
async function openCursor({ uri }: FakeMongodb): Promise<Opened> {
  const client = await new MongoClient(uri).connect();
  const pool = { taken: 0, out: 0 };
  client.on('connectionCheckedOut', () => {
    pool.taken += 1;
    pool.out += 1;
  });
  client.on('connectionCheckedIn', () => {
    pool.out -= 1;
  });
  const stop = new AbortController();
  const session = client.startSession({ causalConsistency: false });
  const options: RunCommandOptions & { signal: AbortSignal } = { raw: true, session, signal: stop.signal };
  const commands = cursorCommands(client);
  await commands.run('shop', OPEN, options);
  return {
    client,
    commands,
    stop,
    pool,
    getMore: () => commands.run('shop', GET_MORE, options),
    async [Symbol.asyncDispose]() {
      commands.release();
      await client.close();
    },
  };
}

const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'none',
    (error: unknown) => error,
  );

test('one connection is taken for all getMores, and the driver takes one for each', async () => {
  const takenBy = async (options: string) => {
    await using deployment = await openFakeMongodb({ kind: 'standalone', options });
    deployment.always('getMore', EMPTY);
    await using cursor = await openCursor(deployment);
    const before = cursor.pool.taken;
    for (let n = 0; n < 120; n += 1) await cursor.getMore();
    const sent = deployment.commands.filter(({ name }) => name === 'getMore').map(({ body }) => body);
    expect(sent).toHaveLength(120);
    for (const body of sent) {
      expect(body).toEqual({ ...GET_MORE, lsid: body.lsid, $clusterTime: expect.anything(), $db: 'shop' });
    }
    expect(new Set(sent.map(({ lsid }) => lsid.id.toString('hex'))).size).toBe(1);
    cursor.commands.release();
    expect(cursor.pool.out).toBe(0);
    return cursor.pool.taken - before;
  };

  expect(await takenBy('')).toBe(1);
  expect(await takenBy(DRIVER_ALONE)).toBe(120);
});

const FAILURES: readonly [string, FakeAnswer][] = [
  ['a cursor that is gone', serverError(43, 'CursorNotFound', 'cursor id 1 not found')],
  ['a lost position', serverError(286, 'ChangeStreamHistoryLost', 'gone', 'NonResumableChangeStreamError')],
  ['a label of the server', serverError(11600, 'InterruptedAtShutdown', 'stops', 'ResumableChangeStreamError')],
  ['a member that steps down', serverError(10107, 'NotWritablePrimary', 'not primary')],
  ['a connection that breaks', undefined],
];

test.each(FAILURES)('fails as the driver does: %s', async (_, answer) => {
  const failureWith = async (options: string) => {
    await using deployment = await openFakeMongodb({ kind: 'standalone', options });
    deployment.next('getMore', EMPTY, answer);
    await using cursor = await openCursor(deployment);
    await cursor.getMore();
    const error = await failureOf(cursor.getMore());
    expect(error).toBeInstanceOf(MongoError);
    const { code, errorLabels, message, name } = error as MongoError;
    const [server] = topologyOf(cursor.client).s.servers.values();
    // a failure says which of the driver's connections it was
    return { name, code, errorLabels, message: message.replaceAll(/\d+/g, 'N'), type: server?.description.type };
  };

  expect(await failureWith('')).toEqual(await failureWith(DRIVER_ALONE));
});

test('the signal ends a wait at once, with its reason, and the connection is not used again', async () => {
  await using deployment = await openFakeMongodb({ kind: 'standalone' });
  deployment.next('getMore', EMPTY, () => new Promise(() => undefined));
  await using cursor = await openCursor(deployment);
  await cursor.getMore();
  const reason = new Error('stopped');
  const failure = failureOf(cursor.getMore());
  cursor.stop.abort(reason);
  expect(await failure).toBe(reason);

  const closed = new Promise((resolve) => cursor.client.once('connectionClosed', resolve));
  cursor.commands.release();
  expect(await closed).toMatchObject({ reason: 'error' });
  expect(cursor.pool.out).toBe(0);
});

test('a connection that is given back while a reply is to come is closed, and the wait ends', async () => {
  await using deployment = await openFakeMongodb({ kind: 'standalone' });
  deployment.next('getMore', EMPTY, () => new Promise(() => undefined));
  await using cursor = await openCursor(deployment);
  await cursor.getMore();
  const failure = failureOf(cursor.getMore());
  cursor.commands.release();

  expect(await failure).toMatchObject({ message: expect.stringContaining('given back') });
  expect(cursor.pool.out).toBe(0);
});

test('a connection that is given back serves commands of the driver', async () => {
  await using deployment = await openFakeMongodb({ kind: 'standalone' });
  deployment.always('getMore', EMPTY);
  await using cursor = await openCursor(deployment);
  for (let n = 0; n < 3; n += 1) await cursor.getMore();
  const created: unknown[] = [];
  cursor.client.on('connectionCreated', (event) => created.push(event));
  cursor.commands.release();

  for (let n = 0; n < 3; n += 1) expect(await cursor.client.db('shop').command({ ping: 1 })).toMatchObject({ ok: 1 });
  await cursor.getMore();
  expect(created).toEqual([]);
});

test('a pool of one connection serves other commands between two getMores', async () => {
  await using deployment = await openFakeMongodb({ kind: 'standalone', options: 'maxPoolSize=1' });
  deployment.always('getMore', EMPTY);
  await using cursor = await openCursor(deployment);
  await cursor.getMore();

  expect(await cursor.client.db('shop').command({ ping: 1 })).toMatchObject({ ok: 1 });
});

test("the cluster's time of replies reaches the driver's other commands, and comes back with later getMores", async () => {
  await using deployment = await openFakeMongodb({ kind: 'standalone' });
  let seconds = 1_800_000_000;
  deployment.always('getMore', () => {
    seconds += 1;
    const signature = { hash: new Binary(Buffer.alloc(20)), keyId: Long.ZERO };
    return { ...EMPTY, $clusterTime: { clusterTime: new Timestamp({ t: seconds, i: 1 }), signature } };
  });
  await using cursor = await openCursor(deployment);
  for (let n = 0; n < 120; n += 1) await cursor.getMore();

  expect(topologyOf(cursor.client).clusterTime).toMatchObject({ clusterTime: new Timestamp({ t: seconds, i: 1 }) });
  const sent = deployment.commands.filter(({ name }) => name === 'getMore').at(-1)?.body.$clusterTime.clusterTime;
  expect(sent.t).toBeGreaterThan(seconds - 60);
});
