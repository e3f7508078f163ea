import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DataError } from '../../../../../functions/connect/errors.ts';
import { BSON_TYPE } from '../../../../../functions/connectors/mongodb/bson/types.ts';
import {
  bytesOf,
  fieldsOf,
  itemsOf,
  toValue,
  type Value,
} from '../../../../../functions/connectors/mongodb/bson/values.ts';
import { anyUniqueFields, type Tagged, toBytes } from './tagged-bson.ts';

const documentOf = (bytes: Uint8Array): Value => toValue(BSON_TYPE.document, bytes);
const one = (name: string, value: number): [string, Tagged] => [name, { type: 'int32', value }];

function openAll(value: Value): void {
  for (const inner of fieldsOf(value)?.values() ?? itemsOf(value) ?? []) openAll(inner);
}

test('a document that is taken apart to the last value is the very same bytes again', () => {
  fc.assert(
    fc.property(anyUniqueFields, (fields) => {
      const bytes = toBytes(fields);
      const document = documentOf(bytes);
      openAll(document);
      expect(Buffer.from(bytesOf(document)).equals(bytes)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('a field that changes keeps its place, a new one comes last, whatever their names look like', () => {
  const document = documentOf(toBytes([one('10', 1), one('9', 2), one('b', 3)]));
  const fields = fieldsOf(document)!;
  fields.set('9', fields.get('b')!);
  fields.set('1', fields.get('10')!);
  expect(bytesOf(document)).toEqual(toBytes([one('10', 1), one('9', 3), one('b', 3), one('1', 1)]));
});

test('what is in two documents changes in both', () => {
  const [left, right] = [documentOf(toBytes([])), documentOf(toBytes([]))];
  const shared = documentOf(toBytes([one('a', 1)]));
  for (const document of [left, right]) fieldsOf(document)!.set('shared', shared);
  fieldsOf(shared)!.delete('a');
  const expected = toBytes([['shared', { type: 'document', value: [] }]]);
  expect([left, right].map((document) => Buffer.from(bytesOf(document)))).toEqual([expected, expected]);
});

test('what is no document has no fields', () => {
  const value = toValue(BSON_TYPE.int32, Buffer.alloc(4));
  expect([fieldsOf(value), itemsOf(value)]).toEqual([undefined, undefined]);
});

test('broken bytes are a data error when somebody looks inside', () => {
  expect(() => fieldsOf(documentOf(Buffer.from('0500000001', 'hex')))).toThrow(DataError);
});
