import { expect, test } from 'vitest';
import {
  NOTHING_PARKED,
  type Parking,
  parkingKey,
  type WaitingPosition,
} from '../../../../../functions/connect/parking.ts';
import { openSink } from '../../../../../functions/connectors/mongodb/sink/mongodb-sink.ts';
import { sinkConfig } from '../../../../../functions/connectors/mongodb/sink/properties.ts';
import { noModules } from '../../../../support/no-modules.ts';
import { silentLog } from '../../../../support/silent-log.ts';
import { toRecord } from './conformance/to-record.ts';
import { modelServer } from './model-server.ts';

const HANDLER = 'com.mongodb.kafka.connect.sink.cdc.mongodb.ChangeStreamHandler';

async function put(
  values: readonly (readonly [key: string, value: string])[],
  properties: Readonly<Record<string, string>> = {},
  parked: readonly (readonly [key: string, first: WaitingPosition])[] = [],
) {
  const server = modelServer({ refuse: ({ bad }) => (bad === undefined ? undefined : 121) });
  const config = sinkConfig.parse({
    name: 's',
    'connector.class': 'MongoSink',
    topics: 't',
    database: 'd',
    'errors.tolerance': 'all',
    ...properties,
  });
  const database = { ...server, run: async () => ({}), sleep: async () => undefined };
  const deps = { log: silentLog, metrics: { add: () => undefined }, now: () => 0, loadModule: noModules };
  await using sink = await openSink(config, database, deps, async () => undefined);
  const scope = sink.parkingScopeOf('t');
  const keyOf = (place: number) => scope && parkingKey(scope, Buffer.from(values[place]![0]));
  const parking: Parking = { keyOf, find: async () => new Map(parked.map(([key, first]) => [`d.t#${key}`, first])) };
  const records = values.map(([, value]) => ({ value })).map(toRecord);
  const outcomes = await sink.put(records, 60_000, scope === undefined ? NOTHING_PARKED : parking);
  return {
    said: outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.error.code : outcome.status)),
    scope,
  };
}

test('a record behind one that the planning rejected waits, and one in front of it is written', async () => {
  const { said } = await put([
    ['a', '{"_id": 1}'],
    ['a', 'no JSON'],
    ['b', '{"_id": 2}'],
    ['a', '{"_id": 1, "n": 2}'],
  ]);
  expect(said).toEqual(['written', 'RECORD_INVALID', 'written', 'KEY_PARKED']);
});

test('between a refused record and one that can not be read a record of their key waits', async () => {
  const { said } = await put([
    ['a', '{"_id": 1, "bad": 1}'],
    ['a', '{"_id": 1}'],
    ['a', 'no JSON'],
  ]);
  expect(said).toEqual(['WRITE_REJECTED', 'KEY_PARKED', 'RECORD_INVALID']);
});

test('an update whose document is missed is noticed before the next one of its key is sent', async () => {
  const key = { documentKey: { _id: 1 } };
  const update = { ...key, operationType: 'update', updateDescription: { updatedFields: { a: 1 }, removedFields: [] } };
  const insert = { ...key, operationType: 'insert', fullDocument: { _id: 1 } };
  const values = [update, update].map((event) => ['a', JSON.stringify(event)] as const);
  const properties = { 'change.data.capture.handler': HANDLER, 'update.missing': 'reject' };
  expect((await put(values, properties)).said).toEqual(['UPDATE_MISSED', 'KEY_PARKED']);
  const replaced = [...values, ['a', JSON.stringify(insert)] as const];
  // nothing of what was missed would be left
  expect((await put(replaced, properties)).said).toEqual(['written', 'written', 'written']);
});

test('a key that the table lists waits, but for what is not behind its first position', async () => {
  const { said } = await put(
    [
      ['a', '{"_id": 1}'],
      ['a', '{"_id": 1}'],
      ['a', '{"_id": 1}'],
      ['b', '{"_id": 2}'],
    ],
    {},
    [['a', { at: 't-0', offset: 1 }]],
  );
  expect(said).toEqual(['written', 'written', 'KEY_PARKED', 'written']);
});

const BUSINESS_KEY = {
  'writemodel.strategy': 'com.mongodb.kafka.connect.sink.writemodel.strategy.ReplaceOneBusinessKeyStrategy',
  'document.id.strategy': 'com.mongodb.kafka.connect.sink.processor.id.strategy.PartialValueStrategy',
  'document.id.strategy.partial.value.projection.type': 'AllowList',
  'document.id.strategy.partial.value.projection.list': 'a',
};

test.each<[string, Record<string, string>, string | undefined]>([
  ['by default, within the namespace of the topic', {}, 'd.t'],
  ['within the collection that is set', { collection: 'c' }, 'd.c'],
  ['not where it is off', { 'errors.park.keys': 'false' }, undefined],
  ['not where it is off for the topic', { 'topic.override.t.errors.park.keys': 'false' }, undefined],
  ['not with business keys', BUSINESS_KEY, undefined],
  ['with business keys where it is asked for', { ...BUSINESS_KEY, 'errors.park.keys': 'true' }, 'd.t'],
  ['not in time series', { 'timeseries.timefield': 'at' }, undefined],
])('keys are parked %s', async (_, properties, expected) => {
  expect((await put([], properties)).scope).toBe(expected);
});
