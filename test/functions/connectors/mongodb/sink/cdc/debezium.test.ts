import { expect, test } from 'vitest';
import { type Schema, STRING } from '../../../../../../functions/connect/records.ts';
import { toRecord } from '../conformance/to-record.ts';
import { handled, handledData, plain, updateOne } from './handling.ts';

const int = (value: number) => ({ $numberInt: String(value) });
const mongodb = (value: object, key = '{"id": "1"}') =>
  handled('debezium.mongodb.ChangeStreamHandler', { key, value: JSON.stringify(value) });
const row = (value: object, key?: string, properties = {}) =>
  handled('debezium.rdbms.RdbmsHandler', { value: JSON.stringify(value), ...(key && { key }) }, properties);

test('an update whose document was gone when Debezium looked it up is applied from its description', () => {
  const updateDescription = { updatedFields: '{"a": 5, "b.c": {"$numberLong": "7"}}', removedFields: ['d'] };
  expect(plain(mongodb({ op: 'u', after: null, updateDescription }))).toEqual(
    updateOne(int(1), { $set: { a: int(5), 'b.c': { $numberLong: '7' } }, $unset: { d: '' } }),
  );
});

test('an array that Debezium says is cut needs a pipeline', () => {
  const updateDescription = { updatedFields: null, removedFields: null, truncatedArrays: [{ field: 'a', size: 2 }] };
  expect(mongodb({ op: 'u', after: null, updateDescription })).toMatchObject({ update: [expect.anything()] });
});

test.each([
  ['a size that is no number', { truncatedArrays: [{ field: 'a', size: 'x' }] }],
  ['a size below zero', { truncatedArrays: [{ field: 'a', size: -1 }] }],
  ['fields that are no text', { updatedFields: { a: 1 } }],
  ['names that are no texts', { removedFields: [1] }],
])('a description with %s is refused', (_, updateDescription) => {
  expect(() => mongodb({ op: 'u', after: null, updateDescription })).toThrow(/updateDescription.* at t-0@0$/);
});

test.each([
  ['more than one value', '{"id": "1, x: 2"}'],
  ['a value and the end of a document', '{"id": "1} "}'],
  ['no value', '{"id": " "}'],
])('an id with %s is refused', (_, key) => {
  expect(() => mongodb({ op: 'd' }, key)).toThrow(/JSON text/);
});

test('a document with a field like an operator is written by a pipeline, which takes it for what it is', () => {
  expect(plain(mongodb({ op: 'u', after: '{"_id": 1, "$x": {"$y": 1}}' }))).toEqual(
    updateOne(int(1), [{ $replaceWith: { $literal: { _id: int(1), $x: { $y: int(1) } } } }], true),
  );
});

test('a new row without a key has the same id whenever it comes', () => {
  const first = row({ op: 'c', after: { a: 1 } });
  expect(first).toEqual(row({ op: 'c', after: { a: 1 } }));
  const other = row({ op: 'c', after: { a: 1 } }, undefined, { 'document.id.strategy.random': 'true' });
  expect(other).not.toEqual(first);
});

test.each([
  ['a column called like an operator', { $where: 'true' }],
  ['a column with a dot', { 'a.b': 1 }],
  ['a value that is an operator', { a: { $gt: 0 } }],
])('a row without a key that would be found by %s is refused', (_, before) => {
  expect(() => row({ op: 'd', before })).toThrow('Expected columns that can be compared as they are');
});

test('nulls of a row are left out if the property says so', () => {
  const removing = { 'change.data.capture.handler.remove.null.values': 'true' };
  expect(row({ op: 'c', after: { id: 1, a: null, $b: null, c: 2 } }, '{"id": 1}', removing)).toMatchObject({
    replacement: { _id: { id: int(1) }, c: int(2) },
  });
});

const struct = (fields: Readonly<Record<string, Schema>>): Schema => ({
  type: 'struct',
  optional: false,
  fields: Object.entries(fields).map(([field, schema]) => ({ field, schema })),
});
const INT: Schema = { type: 'int32', optional: false };

test('rows come as structs, too', () => {
  const columns = struct({ id: INT, n: STRING });
  const record = {
    ...toRecord({}, 0),
    keySchema: struct({ id: INT }),
    key: new Map([['id', 1]]),
    valueSchema: struct({ op: STRING, after: columns }),
    value: new Map<string, unknown>([
      ['op', 'c'],
      [
        'after',
        new Map<string, unknown>([
          ['id', 1],
          ['n', 'x'],
        ]),
      ],
    ]),
  };
  expect(plain(handledData('debezium.rdbms.postgres.PostgresHandler', record))).toEqual({
    op: 'replaceOne',
    filter: { _id: { id: int(1) } },
    replacement: { _id: { id: int(1) }, n: 'x' },
    upsert: true,
  });
});

test('documents come in maps without a schema, too', () => {
  const record = {
    ...toRecord({}, 0),
    key: new Map([['id', '{"$oid": "5f15aab12435743f9bd126a4"}']]),
    value: new Map([['op', 'd']]),
  };
  expect(plain(handledData('debezium.mongodb.ChangeStreamHandler', record))).toEqual({
    op: 'deleteOne',
    filter: { _id: { $oid: '5f15aab12435743f9bd126a4' } },
  });
});
