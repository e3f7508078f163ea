import { describe, expect, test } from 'vitest';
import { DataError } from '../../../../../functions/connect/errors.ts';
import { planPut } from '../../../../../functions/connectors/mongodb/sink/plan-put.ts';
import { sinkConfig } from '../../../../../functions/connectors/mongodb/sink/properties.ts';
import { topicSettings } from '../../../../../functions/connectors/mongodb/sink/topic-plans.ts';
import { toModel } from './conformance/to-model.ts';
import { toRecord } from './conformance/to-record.ts';
import { chain, ID, planned, WRITE } from './planned.ts';
import { SETTINGS_DEPS } from './settings-deps.ts';

const PARTIAL_VALUE = {
  'document.id.strategy': `${ID}.PartialValueStrategy`,
  'value.projection.type': 'allowlist',
  'value.projection.list': 'a',
};
const NOW = { $date: { $numberLong: '1700000000000' } };
const now = () => 1_700_000_000_000;
const one = { $numberInt: '1' };

describe('a strategy with timestamps', () => {
  test.each([
    ['by _id', 'UpdateOneTimestampsStrategy', {}, { _id: one }],
    ['by business key', 'UpdateOneBusinessKeyTimestampStrategy', PARTIAL_VALUE, {}],
  ])('sets its own two fields once, whatever the document has: %s', (_, name, properties, id) => {
    const value = `{"_modifiedTS":5,"a":1,"_insertedTS":6${'_id' in id ? ',"_id":1' : ''}}`;
    const { update } = planned({ 'writemodel.strategy': `${WRITE}.${name}`, ...properties }, { value }, { now });
    expect(update).toEqual({ $set: { _modifiedTS: NOW, a: one, ...id }, $setOnInsert: { _insertedTS: NOW } });
  });
});

describe('a business key', () => {
  const replacing = { 'writemodel.strategy': `${WRITE}.ReplaceOneBusinessKeyStrategy` };

  test('of nothing is an error of the record: the filter would be any document', () => {
    expect(() => planned({ ...replacing, ...PARTIAL_VALUE }, { value: '{"b":1}' })).toThrow(DataError);
    expect(() => planned({ ...replacing, ...PARTIAL_VALUE }, { value: '{"a":{}}' })).toThrow(DataError);
  });

  test('that is no document is one, too', () => {
    expect(() => planned(replacing, { value: '{"_id":1}' })).toThrow(
      /does not contain an _id field of type BsonDocument/,
    );
  });

  test('keeps the order of its writes, also in unordered batches', () => {
    const config = sinkConfig.parse({
      name: 's',
      'connector.class': 'MongoSink',
      topics: 't',
      database: 'db',
      'bulk.write.ordered': 'false',
      ...replacing,
      ...PARTIAL_VALUE,
    });
    const records = [1, 2].map((a) => toRecord({ value: `{"a":${a}}` }, a));
    const [plan] = planPut(records, topicSettings(config, SETTINGS_DEPS)).namespaces;
    expect(plan?.batches).toMatchObject([{ isOrdered: true, writes: [{}, {}] }]);
  });
});

describe('an insert without an _id', () => {
  const properties = {
    name: 's',
    'connector.class': 'MongoSink',
    topics: 't',
    database: 'db',
    'writemodel.strategy': `${WRITE}.InsertOneDefaultStrategy`,
    ...chain('DocumentIdAdder', 'AllowListValueProjector'),
    'value.projection.list': 'a',
  };
  const inserted = (offset: number) => {
    const config = sinkConfig.parse(properties);
    const records = [toRecord({ value: '{"a":1}', offset, timestamp: 5000 }, 0)];
    const [write] = planPut(records, topicSettings(config, SETTINGS_DEPS)).namespaces[0]!.batches[0]!.writes;
    return toModel(write!.command, write!.statement).document as { _id: { $oid: string } };
  };

  test('gets the same one each time it comes, and no other record has it', () => {
    expect(inserted(1)).toEqual(inserted(1));
    expect(inserted(1)._id).not.toEqual(inserted(2)._id);
    expect(inserted(1)._id.$oid).toMatch(/^00000005/);
  });
});
