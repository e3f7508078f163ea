import { BSON } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { chain, ID, WRITE } from '../../functions/connectors/mongodb/sink/planned.ts';
import { failures, NO_FAILURES, offsetsOf, openSinking } from './sinking.ts';

const { Double, Int32, Long } = BSON;
const EXACT = { promoteValues: false, projection: { _id: 0 } } as const;

test('the whole chain changes a document, and what it does not touch keeps its type', async () => {
  await using sinking = await openSinking({
    ...chain(
      'DocumentIdAdder',
      'BlockListValueProjector',
      'NullFieldValueRemover',
      'field.renaming.RenameByMapping',
      'KafkaMetaAdder',
    ),
    'document.id.strategy': `${ID}.KafkaMetaDataStrategy`,
    'value.projection.list': 'secret',
    'field.renamer.mapping': '[{"oldName":"value.old","newName":"new"}]',
    'field.value.transformer': 'conformance.Transformers$UpperCase',
    'field.value.transformer.fields': 'name',
  });
  const value = '{"secret":1,"gone":null,"old":{"$numberLong":"5"},"9":1.0,"o":{"name":"ann"}}';
  expect(await sinking.put([value], { firstOffset: 7 })).toEqual(NO_FAILURES);
  expect(await sinking.target.findOne({ _id: 'topic#0#7' as never }, EXACT)).toEqual({
    9: new Double(1),
    o: { name: 'ANN' },
    new: Long.fromNumber(5),
    'topic-partition-offset': 'topic-0-7',
    CREATE_TIME: Long.fromNumber(1_700_000_000_000),
  });
});

describe('inserts', () => {
  const INSERTS = { 'writemodel.strategy': `${WRITE}.InsertOneDefaultStrategy` };

  test.each([
    ['whose _id is made of the position', INSERTS],
    [
      'whose _id was projected away',
      { ...INSERTS, ...chain('DocumentIdAdder', 'AllowListValueProjector'), 'value.projection.list': 'a' },
    ],
  ])('%s come twice and are there once', async (_, properties) => {
    await using sinking = await openSinking(properties);
    const values = ['{"a":1}', '{"a":2}'];
    expect(await sinking.put(values)).toEqual(NO_FAILURES);
    expect(await sinking.put(values)).toEqual(NO_FAILURES);
    expect(await sinking.target.find({}, { projection: { _id: 0 }, sort: { a: 1 } }).toArray()).toEqual([
      { a: 1 },
      { a: 2 },
    ]);
    expect(await sinking.deadLetters()).toEqual([]);
  });
});

describe('business keys', () => {
  const BY_KEY = {
    'writemodel.strategy': `${WRITE}.UpdateOneBusinessKeyTimestampStrategy`,
    'document.id.strategy': `${ID}.PartialValueStrategy`,
    'value.projection.type': 'allowlist',
    'value.projection.list': 'shop.id',
  };

  test('find their document by the paths of their fields, and one without fields is a dead letter', async () => {
    await using sinking = await openSinking(BY_KEY);
    const values = ['{"shop":{"id":1},"n":1}', '{"n":2}', '{"shop":{"id":1},"n":3}', '{"shop":{"id":2},"n":4}'];
    expect(await sinking.put(values)).toEqual(NO_FAILURES);
    const documents = await sinking.target.find({}, { sort: { n: 1 } }).toArray();
    expect(documents.map(({ shop, n }) => [shop, n])).toEqual([
      [{ id: 1 }, 3],
      [{ id: 2 }, 4],
    ]);
    for (const { _insertedTS, _modifiedTS } of documents) expect(_modifiedTS >= _insertedTS).toBe(true);
    expect(offsetsOf(await sinking.deadLetters())).toEqual([1]);
  });
});

describe('a time series', () => {
  const SERIES = {
    'timeseries.timefield': 'ts',
    'timeseries.metafield': 'm',
    'timeseries.timefield.auto.convert': 'true',
    'timeseries.expire.after.seconds': '3600',
  };

  test('is made before the first write, and its times become dates', async () => {
    await using sinking = await openSinking(SERIES);
    expect(await sinking.put(['{"ts":"2020-01-01T07:27:07Z","m":"a"}', '{"ts":5,"m":"a"}'])).toEqual(NO_FAILURES);
    const [collection] = await sinking.db.listCollections({ name: 'target' }).toArray();
    expect(collection).toMatchObject({
      options: { timeseries: { timeField: 'ts', metaField: 'm' }, expireAfterSeconds: 3600 },
    });
    const times = await sinking.target
      .find({}, { sort: { ts: 1 } })
      .map(({ ts }) => ts as Date)
      .toArray();
    expect(times).toEqual([new Date(5), new Date('2020-01-01T07:27:07Z')]);
  });

  test('does not take an ordinary collection: the records come again until somebody acts', async () => {
    await using sinking = await openSinking(SERIES);
    await sinking.target.insertOne({ n: new Int32(1) });
    expect(await sinking.put(['{"ts":5}'])).toEqual(failures(0, 0));
    expect(await sinking.deadLetters()).toEqual([]);
    await sinking.target.drop();
    expect(await sinking.put(['{"ts":5}'])).toEqual(NO_FAILURES);
  });
});
