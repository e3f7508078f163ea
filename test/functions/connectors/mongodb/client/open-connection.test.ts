import { MongoClient } from 'mongodb';
import { expect, test } from 'vitest';
import { openConnection } from '../../../../../functions/connectors/mongodb/client/open-connection.ts';
import { type FakeMongodb, openFakeMongodb } from '../../../../support/fake-mongodb.ts';
import { until } from '../../../../support/until.ts';

/** A server that can go away; it counts the connections that are made to it. */
async function rig() {
  const mongodb: FakeMongodb = await openFakeMongodb({ kind: 'standalone' });
  let isDown = false;
  let greetings = 0;
  mongodb.always('hello', (_, usual) => (isDown ? undefined : usual()));
  mongodb.always('ismaster', (_, usual) => {
    greetings += 1;
    return isDown ? undefined : usual();
  });
  mongodb.always('find', { cursor: { id: 0, ns: 'a.b', firstBatch: [] } });
  const open = () => {
    const client = new MongoClient(mongodb.uri, { serverSelectionTimeoutMS: 200, heartbeatFrequencyMS: 500 });
    const connection = openConnection(client);
    return {
      client,
      connection,
      find: (ms = 5_000) => connection.within(ms, (one, signal) => one.db('a').command({ find: 'b' }, { signal })),
    };
  };
  return {
    mongodb,
    open,
    greetingsOf: () => greetings,
    setDown: (value: boolean) => {
      isDown = value;
    },
  };
}

test('the connection is opened before anybody asks for it, and once', async () => {
  const { mongodb, greetingsOf, open } = await rig();
  await using _server = mongodb;
  const { connection, find } = open();
  await until('the server is greeted', () => greetingsOf() > 0, 5_000);
  await Promise.all([find(), find()]);
  expect(mongodb.namesAt(0)).toEqual(['find', 'find']);
  await connection.close();
});

test('a server that is away at first is written to once it is back', async () => {
  const { mongodb, open, setDown } = await rig();
  await using _server = mongodb;
  setDown(true);
  const { connection, find } = open();
  await expect(find()).rejects.toMatchObject({ name: 'MongoServerSelectionError' });
  await expect(find()).rejects.toMatchObject({ name: 'MongoServerSelectionError' });
  setDown(false);
  await expect(find()).resolves.toMatchObject({ ok: 1 });
  await connection.close();
});

test('a call gives up after its time, whether the server answers the opening or not', async () => {
  const { mongodb, open, setDown } = await rig();
  await using _server = mongodb;
  setDown(true);
  const { connection, find } = open();
  await expect(find(50)).rejects.toMatchObject({ name: 'MongoNetworkTimeoutError', message: 'No answer within 50 ms' });
  setDown(false);
  mongodb.always('find', () => new Promise(() => undefined));
  await until('it is connected', () => connection.within(1_000, async () => true).catch(() => false), 10_000);
  await expect(find(50)).rejects.toMatchObject({ name: 'MongoNetworkTimeoutError' });
  await connection.close();
});

test('a failure that nobody waits for, and one of a client that is closed meanwhile, are nobody’s failure', async () => {
  const { mongodb, open, setDown } = await rig();
  await using _server = mongodb;
  setDown(true);
  const { connection } = open();
  await connection.close();
});
