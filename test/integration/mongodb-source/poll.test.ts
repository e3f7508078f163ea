import { expect, test } from 'vitest';
import { eventOf, keyOf, openDatabase, watch } from './watching.ts';

type Numbered = { _id: number; n?: number };

test('publishes the changes of a collection in their order, with the first batch empty', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;
  await using source = await watch({ 'connection.uri': uri, database: db.databaseName, collection: 'orders' });
  const orders = db.collection<Numbered>('orders');
  await orders.insertMany(Array.from({ length: 2500 }, (_, _id) => ({ _id })));
  await orders.updateOne({ _id: 1 }, { $set: { n: 1 } });
  await orders.replaceOne({ _id: 2 }, { n: 2 });
  await orders.deleteOne({ _id: 3 });
  await db.collection('others').insertOne({});

  const records = await source.records(2503);

  expect(source.batches[0]?.records).toEqual([]);
  expect(source.batches[0]?.offset._id).toMatch(/^\{"_data": "/);
  expect(records.slice(0, 2500).map((record) => keyOf(record)._id)).toEqual(
    Array.from({ length: 2500 }, (_, id) => id),
  );
  expect(records.slice(2500).map((record) => eventOf(record).operationType)).toEqual(['update', 'replace', 'delete']);
  expect(new Set(records.map(({ topic }) => topic))).toEqual(new Set([`${db.databaseName}.orders`]));
  expect(source.batches.every(({ records: { length } }) => length <= 1000)).toBe(true);
});

test('goes on behind the offset of any batch, without a gap and without doubles', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;
  const properties = {
    'connection.uri': uri,
    database: db.databaseName,
    collection: 'orders',
    'poll.max.batch.size': '7',
    'batch.size': '20',
  };
  const orders = db.collection<Numbered>('orders');
  const seen: number[] = [];
  let offset = await watch(properties).then(async (source) => {
    await source.stop();
    return source.batches[0]?.offset;
  });
  await orders.insertMany(Array.from({ length: 100 }, (_, _id) => ({ _id })));

  while (seen.length < 100) {
    await using source = await watch(properties, offset);
    // two batches, then the iteration is given up with others under way
    for (const _ of [1, 2]) {
      const batch = await source.next();
      seen.push(...batch.records.map((record) => keyOf(record)._id));
      offset = batch.offset;
    }
  }

  expect(seen).toEqual(Array.from({ length: 100 }, (_, id) => id));
});

test('keeps the stored token in the first batch, however far the stream went on', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;
  const properties = { 'connection.uri': uri, database: db.databaseName, collection: 'orders' };
  await using before = await watch(properties);
  const offset = before.batches[0]?.offset;
  await db.collection<Numbered>('orders').insertOne({ _id: 1 });

  await using after = await watch(properties, offset);

  expect(after.batches[0]?.offset).toEqual(offset);
  expect(await after.records(1)).toHaveLength(1);
});

test('moves the token of an idle stream', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;
  await using source = await watch({ 'connection.uri': uri, database: db.databaseName, collection: 'orders' });
  const first = source.batches[0]?.offset._id;
  await db.collection('others').insertMany([{}, {}]);

  const offsets: (string | undefined)[] = [];
  while (offsets.length < 20 && (offsets.at(-1) ?? first) === first) offsets.push((await source.next()).offset._id);

  expect(offsets.at(-1)).not.toBe(first);
  expect(source.batches.flatMap(({ records }) => records)).toEqual([]);
  // there was no change event yet that could have a time
  expect(source.batches.at(-1)?.clusterTimeSeconds).toBeUndefined();
  await db.collection('orders').insertOne({});
  await source.records(1);
  expect(source.batches.at(-1)?.clusterTimeSeconds).toBeGreaterThan(Date.now() / 1000 - 60);
});

test('watches a database, and the deployment through an aggregation pipeline', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;
  await using wholeDatabase = await watch({ 'connection.uri': uri, database: db.databaseName, 'topic.prefix': 'p' });
  await using deployment = await watch({
    'connection.uri': uri,
    pipeline: `[{$match: {"ns.db": "${db.databaseName}", operationType: 'insert'}}]`,
  });
  await db.collection<Numbered>('a').insertOne({ _id: 1 });
  await db.collection<Numbered>('b').insertOne({ _id: 2 });
  await db.collection<Numbered>('a').deleteOne({ _id: 1 });

  const name = db.databaseName;
  expect((await wholeDatabase.records(3)).map(({ topic }) => topic)).toEqual([
    `p.${name}.a`,
    `p.${name}.b`,
    `p.${name}.a`,
  ]);
  expect((await deployment.records(2)).map(({ topic }) => topic)).toEqual([`${name}.a`, `${name}.b`]);
});

test('loses no event of a collection that is dropped and created again, fifty times', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;
  await using source = await watch({ 'connection.uri': uri, database: db.databaseName, collection: 'orders' });
  const rounds = 50;
  const perRound = 1000;
  const reading = source.records(rounds * (perRound + 1));
  const orders = db.collection<Numbered>('orders');
  for (let round = 0; round < rounds; round++) {
    await orders.insertMany(Array.from({ length: perRound }, (_, i) => ({ _id: round * perRound + i })));
    await orders.drop();
  }

  const records = await reading;

  const types = records.map((record) => eventOf(record).operationType);
  expect(types.filter((type) => type === 'drop')).toHaveLength(rounds);
  const ids = records.filter((_, index) => types[index] === 'insert').map((record) => keyOf(record)._id);
  expect(ids).toEqual(Array.from({ length: rounds * perRound }, (_, id) => id));
});

test('publishes a renaming and goes on with the collection that takes the name', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;
  await using source = await watch({ 'connection.uri': uri, database: db.databaseName, collection: 'orders' });
  await db.collection<Numbered>('orders').insertOne({ _id: 1 });
  await db.collection('orders').rename('archive');
  await db.collection<Numbered>('archive').insertOne({ _id: 2 });
  await db.collection<Numbered>('orders').insertOne({ _id: 3 });

  const records = await source.records(3);

  expect(records.map((record) => eventOf(record).operationType)).toEqual(['insert', 'rename', 'insert']);
  expect(keyOf(records[2])._id).toBe(3);
});

test('goes on behind a database that is dropped', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;
  await using source = await watch({ 'connection.uri': uri, database: db.databaseName });
  await db.collection<Numbered>('orders').insertOne({ _id: 1 });
  await db.dropDatabase();
  await db.collection<Numbered>('orders').insertOne({ _id: 2 });

  const records = await source.records(4);

  expect(records.map((record) => eventOf(record).operationType)).toEqual(['insert', 'drop', 'dropDatabase', 'insert']);
});

test('publishes full documents and tombstones', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;
  await using source = await watch({
    'connection.uri': uri,
    database: db.databaseName,
    collection: 'orders',
    'publish.full.document.only': 'true',
    'publish.full.document.only.tombstone.on.delete': 'true',
  });
  const orders = db.collection<Numbered>('orders');
  await orders.insertOne({ _id: 1 });
  await orders.updateOne({ _id: 1 }, { $set: { n: 7 } });
  const published = (await source.records(2)).map(eventOf);
  await orders.deleteOne({ _id: 1 });

  expect(published[1]).toEqual({ _id: 1, n: 7 });
  expect((await source.records(3))[2]).toMatchObject({
    key: Buffer.from('{"_id": 1}'),
    value: null,
    valueSchema: null,
  });
});

test('begins at a time', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;
  const seconds = Math.floor(Date.now() / 1000) - 1;
  await db.collection<Numbered>('orders').insertOne({ _id: 1 });

  await using source = await watch({
    'connection.uri': uri,
    database: db.databaseName,
    collection: 'orders',
    'startup.mode': 'timestamp',
    'startup.mode.timestamp.start.at.operation.time': String(seconds),
  });

  expect((await source.records(1)).map(keyOf)).toEqual([{ _id: 1 }]);
});
