import { BSON, type Db, type Document } from 'mongodb';
import { expect, test } from 'vitest';
import type { SourceBatch } from '../../../functions/connect/connector.ts';
import type { SourceRecord } from '../../../functions/connect/records.ts';
import { COPY_LIMITS, type CopyLimits } from '../../../functions/connectors/mongodb/source/copy/copy-limits.ts';
import { poll } from '../../../functions/connectors/mongodb/source/poll.ts';
import { probeDeployment } from '../../../functions/connectors/mongodb/source/probe/probe-deployment.ts';
import { mongodbSource } from '../../../functions/connectors/mongodb/source/source-connector.ts';
import { connectStream } from '../../../functions/connectors/mongodb/source/stream-connection.ts';
import { sourceDeps } from '../../support/source-deps.ts';
import { eventOf, keyOf, openDatabase } from './watching.ts';

const { Binary, Code, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp, UUID } = BSON;

/** So small that a handful of documents takes several ranges, turns and replies. */
const SMALL: CopyLimits = { ...COPY_LIMITS, rangeDocuments: 3, replyDocuments: 2, turnBytes: 1_000 };

type Properties = Readonly<Record<string, string>>;

/** Copies, and streams until `isEnough`; each batch is looked at while the copy waits. */
async function copyAll(
  properties: Properties,
  onBatch: (batch: SourceBatch, records: readonly SourceRecord[]) => Promise<boolean> = async ({ phase }) => !phase,
): Promise<readonly SourceRecord[]> {
  const config = mongodbSource.config.parse({
    name: 'test',
    'connector.class': 'MongoSource',
    'startup.mode': 'copy_existing',
    'poll.await.time.ms': '300',
    ...properties,
  });
  const stop = new AbortController();
  const records: SourceRecord[] = [];
  const pollDeps = { connect: connectStream, probe: probeDeployment, random: Math.random, limits: SMALL };
  for await (const batch of poll(config, undefined, sourceDeps(), stop.signal, pollDeps)) {
    records.push(...batch.records);
    if (await onBatch(batch, records)) stop.abort();
  }
  return records;
}

const insert = (db: Db, collection: string, ...documents: readonly Document[]) =>
  // as a command, because the driver would give a document whose _id is null another one
  db.command({ insert: collection, documents });

/** Binary data of one length: the local database sorts others in another order than it compares them. */
const IDS = [
  ...[new MinKey(), null, Number.NaN, new Double(-5.5), new Int32(1), Long.fromNumber(2), Decimal128.fromString('2.5')],
  ...[new Int32(3), new Int32(4), new Int32(5), '', 'a', 'b', 'c', 'd', {}, { a: 1 }, { a: 1, b: 'x' }, { b: 1 }],
  ...[
    new Binary(Buffer.alloc(0)),
    new UUID(`${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}`),
    new UUID(`f${'0'.repeat(7)}-0000-4000-8000-${'0'.repeat(12)}`),
  ],
  ...[new ObjectId(), new ObjectId(), new ObjectId(), new ObjectId(), false, true, new Date(-1e12), new Date(-1)],
  ...[new Date(0), new Date(1e12), new Timestamp({ t: 1, i: 1 }), new Code('x'), new MaxKey()],
];

test('_ids of all types are copied once each, in the order of the index', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;
  await insert(db, 'mixed', ...IDS.map((_id) => ({ _id })));

  const records = await copyAll({
    'connection.uri': uri,
    database: db.databaseName,
    collection: 'mixed',
    'startup.mode.copy.existing.max.threads': '1',
    'output.format.key': 'bson',
  });

  expect(records.map(({ key }) => key)).toEqual(IDS.map((_id) => Buffer.from(BSON.serialize({ _id }))));
});

test('copies the collections and views whose namespace the expression finds, whatever their names are', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;
  const names = ["o'brien", 'a\\b', 'bücher', 'plain', 'hidden'];
  for (const name of names) await insert(db, name, { _id: 1 }, { _id: 2 });
  await db.createCollection('seen', { viewOn: 'plain', pipeline: [{ $match: { _id: 2 } }] });

  const records = await copyAll({
    'connection.uri': uri,
    database: db.databaseName,
    'startup.mode.copy.existing.namespace.regex': "\\.(?:[a-fopsx]|o'br)",
  });

  const copied = records.map((record) => `${eventOf(record).ns.coll} ${keyOf(record)._id}`);
  expect(copied.sort()).toEqual([...names.slice(0, 4).flatMap((name) => [`${name} 1`, `${name} 2`]), 'seen 2'].sort());
  expect(new Set(records.map(({ topic }) => topic)).has(`${db.databaseName}.o'brien`)).toBe(true);
});

test('what is written during the copy wins over what was copied before it', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;
  const orders = db.collection<{ _id: number; version: number }>('orders');
  await orders.insertMany(Array.from({ length: 60 }, (_, _id) => ({ _id, version: 0 })));
  let writes = 0;

  const records = await copyAll(
    { 'connection.uri': uri, database: db.databaseName, collection: 'orders' },
    async ({ phase, records: own }) => {
      if (phase !== undefined && writes < 40) {
        writes += 1;
        const _id = (writes * 17) % 60;
        if (writes % 4 === 0) await orders.deleteOne({ _id });
        else await orders.replaceOne({ _id }, { version: writes }, { upsert: true });
      }
      return phase === undefined && own.length === 0 && writes === 40;
    },
  );

  const sink = new Map<number, unknown>();
  for (const record of records) {
    const { documentKey, fullDocument, operationType } = eventOf(record);
    if (operationType === 'delete') sink.delete(documentKey._id);
    else sink.set(documentKey._id, fullDocument);
  }
  const expected = await orders.find().toArray();
  expect([...sink.values()]).toHaveLength(expected.length);
  for (const document of expected) expect(sink.get(document._id)).toEqual(document);
});

test.each([
  ['of single documents', [{ $match: { n: { $gte: 4 } } }], [4, 5, 6]],
  ['that make several of one', [{ $unwind: '$list' }, { $match: { n: { $lt: 2 } } }], [0, 0, 1, 1]],
  ['of all documents together', [{ $sort: { n: -1 } }, { $limit: 2 }], [6, 5]],
])('stages %s run in the server, before those of the change stream', async (_, stages, expected) => {
  await using database = await openDatabase();
  const { db, uri } = database;
  await insert(db, 'orders', ...Array.from({ length: 7 }, (_, n) => ({ _id: `id ${n}`, n, list: ['x', 'y'] })));

  const records = await copyAll({
    'connection.uri': uri,
    database: db.databaseName,
    'copy.existing.pipeline': JSON.stringify(stages),
    'copy.existing.max.threads': '1',
    pipeline: '[{$addFields: {marked: true}}]',
  });

  const events = records.map(eventOf);
  expect(events.map(({ fullDocument }) => fullDocument.n)).toEqual(expected);
  expect(Object.keys(events[0])).toEqual([...['_id', 'operationType', 'documentKey', 'fullDocument', 'marked', 'ns']]);
});

test('a copying stage that does not exist stops with the words of the server', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;
  await insert(db, 'orders', { _id: 1 });

  await expect(
    copyAll({ 'connection.uri': uri, database: db.databaseName, 'copy.existing.pipeline': '[{$nonsense: {}}]' }),
  ).rejects.toMatchObject({
    code: 'MONGODB_REFUSED',
    message: expect.stringMatching(/^MongoDB refused to copy .*\$nonsense/),
  });
});

test('a collection that is dropped during its copy ends it, and its drop is published', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;
  await insert(db, 'orders', ...Array.from({ length: 40 }, (_, _id) => ({ _id })));
  let isDropped = false;

  const records = await copyAll({ 'connection.uri': uri, database: db.databaseName }, async ({ phase }, all) => {
    if (all.length >= 4 && !isDropped) isDropped = await db.collection('orders').drop();
    return phase === undefined && all.some((record) => eventOf(record).operationType === 'drop');
  });

  expect(records.length).toBeLessThan(40);
});
