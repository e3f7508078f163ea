import { BSON } from 'mongodb';
import { expect, test } from 'vitest';
import { documentOf, findElement } from '../../../functions/connectors/mongodb/bson/element-reader.ts';
import { JSON_FORMATS } from '../../../functions/connectors/mongodb/bson/json-formats.ts';
import { jsonTextOf } from '../../../functions/connectors/mongodb/bson/json-writer.ts';
import { eventOf, openDatabase, watch } from './watching.ts';

const { Binary, BSONRegExp, Code, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp, UUID } = BSON;

const VALUES = {
  double: new Double(5),
  negativeZero: new Double(-0),
  nan: Number.NaN,
  infinity: Number.POSITIVE_INFINITY,
  string: 'é"\n\u2028 😀 e\u0301',
  document: { a: { b: {} }, 'dotted.name': 1, $dollar: 1, '': 1 },
  array: [1, [], [null, 'x']],
  binary: new Binary(Buffer.from('abc'), 0x80),
  uuid: new UUID('00112233-4455-6677-8899-aabbccddeeff'),
  objectId: new ObjectId('5f15aab12435743f9bd126a4'),
  boolean: true,
  date: new Date(-1),
  null: null,
  regex: new BSONRegExp('a/b', 'im'),
  code: new Code('x = 1'),
  codeWithScope: new Code('x = y', { y: new Int32(1) }),
  int32: new Int32(-(2 ** 31)),
  timestamp: new Timestamp({ t: 4_000_000_000, i: 7 }),
  int64: Long.MAX_VALUE,
  smallInt64: Long.fromNumber(1),
  decimal128: Decimal128.fromString('1.50E+10'),
  minKey: new MinKey(),
  maxKey: new MaxKey(),
};

test('bson output has the bytes of the document, whatever its types', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;
  const properties = { 'connection.uri': uri, database: db.databaseName, collection: 'types' };
  await using whole = await watch({ ...properties, 'output.format.key': 'bson', 'output.format.value': 'bson' });
  await using document = await watch({
    ...properties,
    'output.format.value': 'bson',
    'publish.full.document.only': 'true',
  });
  await db.collection('types').insertOne({ _id: VALUES.objectId, ...VALUES });

  const stored = await db.collection('types').findOne({}, { raw: true });
  const [event] = await whole.records(1);
  const [full] = await document.records(1);
  const bytes = event?.value as Buffer;

  expect(full?.value).toEqual(stored);
  expect(documentOf(bytes, findElement(bytes, 'fullDocument'))).toEqual(stored);
  expect(event?.key).toEqual(Buffer.from(BSON.serialize({ _id: VALUES.objectId })));
  expect(event?.valueSchema).toEqual({ type: 'bytes', optional: false });
});

test.each([
  ['DefaultJson', JSON_FORMATS.default],
  ['ExtendedJson', JSON_FORMATS.extended],
  ['SimplifiedJson', JSON_FORMATS.simplified],
])('%s is JSON with every value of the document in it', async (formatter, format) => {
  await using database = await openDatabase();
  const { db, uri } = database;
  await using source = await watch({
    'connection.uri': uri,
    database: db.databaseName,
    collection: 'types',
    'publish.full.document.only': 'true',
    'output.json.formatter': `com.mongodb.kafka.connect.source.json.formatter.${formatter}`,
  });
  await db.collection('types').insertOne({ _id: VALUES.objectId, ...VALUES });

  const stored = (await db.collection('types').findOne({}, { raw: true })) as unknown as Buffer;
  const [record] = await source.records(1);

  expect(String(record?.value)).toBe(jsonTextOf(stored, format));
  expect(Object.keys(eventOf(record))).toEqual(['_id', ...Object.keys(VALUES)]);
});

test('a document of 15 MB arrives whole', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;
  await using source = await watch({ 'connection.uri': uri, database: db.databaseName, collection: 'large' });
  const text = 'é x'.repeat(3_500_000);
  await db.collection<{ _id: number; text: string }>('large').insertOne({ _id: 1, text });

  const [record] = await source.records(1);

  expect(eventOf(record).fullDocument.text === text).toBe(true);
});
