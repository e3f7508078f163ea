import { BSON } from 'mongodb';
import { expect, test } from 'vitest';
import { openDatabase, watch } from './watching.ts';

const { Decimal128, Int32, Long, ObjectId } = BSON;

type Order = { _id: number; total?: unknown; [field: string]: unknown };

test('the default schemas hold every kind of change', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;
  await using source = await watch({
    'connection.uri': uri,
    database: db.databaseName,
    collection: 'orders',
    'output.format.key': 'schema',
    'output.format.value': 'schema',
  });
  const orders = db.collection<Order>('orders');
  await orders.insertOne({ _id: 1, total: 5 });
  await orders.updateOne({ _id: 1 }, { $set: { total: 6 } });
  await orders.deleteOne({ _id: 1 });

  const [insert, update, remove] = (await source.records(3)).map(({ value }) => value as Map<string, unknown>);

  expect(insert?.get('operationType')).toBe('insert');
  expect(insert?.get('fullDocument')).toBe('{"_id": 1, "total": 5}');
  expect(insert?.get('ns')).toEqual(
    new Map([
      ['db', db.databaseName],
      ['coll', 'orders'],
    ]),
  );
  const description = update?.get('updateDescription');
  expect(description instanceof Map && description.get('updatedFields')).toBe('{"total": 6}');
  expect(remove?.get('fullDocument')).toBeNull();
  expect(remove?.get('documentKey')).toBe('{"_id": 1}');
});

test('inferred schemas are one object for documents of one shape, and hold what was stored', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;
  await using source = await watch({
    'connection.uri': uri,
    database: db.databaseName,
    collection: 'orders',
    'publish.full.document.only': 'true',
    'output.format.value': 'schema',
    'output.schema.infer.value': 'true',
    'output.json.formatter': 'com.mongodb.kafka.connect.source.json.formatter.SimplifiedJson',
  });
  const customer = new ObjectId();
  const toOrder = (id: number): Order => ({
    _id: id,
    total: Decimal128.fromString('12.50'),
    count: Long.MAX_VALUE,
    at: new Date(1_577_836_801_123),
    lines: [{ sku: 'a', quantity: new Int32(id) }, { sku: 'b' }],
    customer,
  });
  await db.collection<Order>('orders').insertMany([toOrder(1), toOrder(2)]);

  const [first, second] = await source.records(2);

  expect(second?.valueSchema).toBe(first?.valueSchema);
  const line = (sku: string, quantity: number | null) =>
    new Map<string, unknown>([
      ['quantity', quantity],
      ['sku', sku],
    ]);
  expect(second?.value).toEqual(
    new Map<string, unknown>([
      ['_id', 2],
      ['at', 1_577_836_801_123n],
      ['count', 2n ** 63n - 1n],
      ['customer', customer.toHexString()],
      ['lines', [line('a', 2), line('b', null)]],
      ['total', { unscaled: 1250n, scale: 2 }],
    ]),
  );
});

test('a document that does not fit the declared schema goes to the dead letter topic, those beside it do not', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;
  await using source = await watch({
    'connection.uri': uri,
    database: db.databaseName,
    collection: 'orders',
    'publish.full.document.only': 'true',
    'output.format.value': 'schema',
    'output.schema.value': '{"type": "record", "name": "order", "fields": [{"name": "total", "type": "int"}]}',
    'errors.tolerance': 'all',
    'errors.deadletterqueue.topic.name': 'misfits',
  });
  const totals = [1, 'much', 3];
  await db.collection<Order>('orders').insertMany(totals.map((total, index) => ({ _id: index, total })));

  const records = await source.records(3);

  expect(records.map(({ topic }) => topic.split('.').at(-1))).toEqual(['orders', 'misfits', 'orders']);
  expect(records.map(({ value }) => value)).toEqual([
    new Map([['total', 1]]),
    '{"_id": 1, "total": "much"}',
    new Map([['total', 3]]),
  ]);
});
