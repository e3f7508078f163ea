import { expect, test } from 'vitest';
import { toConnector } from '../../../bench/source/connector.ts';
import { chooseFormats, FORMATS } from '../../../bench/source/formats.ts';

test.each([
  ['all', Object.keys(FORMATS)],
  ['bson', ['bson']],
  ['bson, DefaultJson', ['DefaultJson', 'bson']],
])("'%s' chooses, in the order of the table", (names, expected) => {
  expect(chooseFormats(names)).toEqual(expected);
});

test('an output that there is not is refused with those that there are', () => {
  expect(() => chooseFormats('bson,avro')).toThrow(/DefaultJson, SimplifiedJson, .*; got 'avro'$/);
});

test.each([
  ['one collection is watched by its name', 1, { database: 'rig', collection: 'c' }],
  ['a hundred are watched as a database', 100, { database: 'rig', collection: undefined }],
])('%s, and all goes to one topic', (_, collections, watched) => {
  const { properties, topic } = toConnector('bson-1', FORMATS.bson, { uri: 'mongodb://127.0.0.1:1', collections });
  expect(topic).toBe('bson-1');
  expect({ database: properties.database, collection: properties.collection }).toEqual(watched);
  expect(JSON.parse(properties['topic.namespace.map'] ?? '')).toEqual({ '*': topic });
});
