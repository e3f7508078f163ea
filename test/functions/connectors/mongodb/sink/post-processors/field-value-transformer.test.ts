import fc from 'fast-check';
import { BSON } from 'mongodb';
import { expect, test } from 'vitest';
import { DataError } from '../../../../../../functions/connect/errors.ts';
import { BSON_TYPE } from '../../../../../../functions/connectors/mongodb/bson/types.ts';
import { bytesOf, fieldsOf, toValue } from '../../../../../../functions/connectors/mongodb/bson/values.ts';
import {
  type TransformValue,
  transformFields,
} from '../../../../../../functions/connectors/mongodb/sink/post-processors/field-value-transformer.ts';
import { anyUniqueFields, toBytes } from '../../bson/tagged-bson.ts';
import { written } from '../planned.ts';

const { Decimal128, Double, Int32, Long } = BSON;

const PROPERTIES = { 'field.value.transformer': 'com.acme.Change', 'field.value.transformer.fields': 'a' };

/** The document that a sink with this transformer writes. */
const transformed = (transform: TransformValue, value: string) =>
  written(PROPERTIES, value, { transformers: new Map([['com.acme.Change', () => transform]]) });

test('a value that is given back as it came keeps its very bytes', () => {
  fc.assert(
    fc.property(anyUniqueFields, (fields) => {
      const bytes = toBytes(fields);
      const document = toValue(BSON_TYPE.document, bytes);
      const names = new Set(fields.map(([name]) => name));
      transformFields(fieldsOf(document)!, { className: 'Same', names, transform: (_name, value) => value });
      expect(Buffer.from(bytesOf(document)).equals(bytes)).toBe(true);
    }),
  );
});

test.each([
  ['an int', '1', new Int32(1)],
  ['a long', '{"$numberLong":"1"}', Long.fromNumber(1)],
  ['a double without a fraction', '1.0', new Double(1)],
  ['a decimal', '{"$numberDecimal":"1.0"}', Decimal128.fromString('1.0')],
  ['a text', '"x"', 'x'],
  ['null', 'null', null],
])('a transformer gets %s with its type', (_, json, expected) => {
  const seen: unknown[] = [];
  transformed((_name, value) => {
    seen.push(value);
    return value;
  }, `{"_id":1,"a":${json}}`);
  expect(seen).toEqual([expected]);
});

test.each([
  ['a wrapped type', new Double(2), { $numberDouble: '2.0' }],
  ['a number', 2, { $numberInt: '2' }],
  ['a bigint', 2n, { $numberLong: '2' }],
  ['a document', { b: [null] }, { b: [null] }],
])('it may give %s', (_, value, expected) => {
  expect(transformed(() => value, '{"_id":1,"a":1}')).toMatchObject({ a: expected });
});

test.each<[string, TransformValue, string]>([
  ['nothing', () => undefined, "com.acme.Change failed on the field 'a': The value for key a can not be null at t-0@0"],
  [
    'a promise',
    async () => 1,
    "com.acme.Change failed on the field 'a': it gave a promise, but has to give its value at once at t-0@0",
  ],
  [
    'what BSON has no type for',
    () => () => 1,
    "com.acme.Change failed on the field 'a': it gave something that BSON has no type for at t-0@0",
  ],
])('it must not give %s', (_, transform, message) => {
  expect(() => transformed(transform, '{"_id":1,"a":1}')).toThrow(new DataError('RECORD_INVALID', message));
});

test('it is made once per topic, with the properties of the topic and the types of BSON', () => {
  const seen: unknown[] = [];
  const properties = {
    ...PROPERTIES,
    'topic.override.t.acme.suffix': 'T',
    'acme.suffix': 'S',
    'topic.override.u.acme.suffix': 'U',
  };
  const create = (given: Readonly<Record<string, string>>, bson: typeof BSON): TransformValue => {
    seen.push(given['acme.suffix'], bson === BSON);
    return (_name, value) => value;
  };
  written(properties, '{"_id":1,"a":1}', { transformers: new Map([['com.acme.Change', create]]) });
  expect(seen).toEqual(['T', true]);
});
