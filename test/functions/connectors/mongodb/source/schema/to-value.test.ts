import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DataError } from '../../../../../../functions/connect/errors.ts';
import { OutputBuffer } from '../../../../../../functions/connect/output-buffer.ts';
import type { Schema, SchemaType } from '../../../../../../functions/connect/records.ts';
import { JSON_FORMATS } from '../../../../../../functions/connectors/mongodb/bson/json-formats.ts';
import { toConnectSchema } from '../../../../../../functions/connectors/mongodb/source/schema/to-connect-schema.ts';
import { createToValue } from '../../../../../../functions/connectors/mongodb/source/schema/to-value.ts';
import { anyFields, decimalText, type Field, type Tagged, toBytes } from '../../bson/tagged-bson.ts';

const out = new OutputBuffer();
const DOCUMENT = 3;

function convert(schema: Schema, fields: readonly Field[]): unknown {
  return createToValue(schema, JSON_FORMATS.simplified, 'paths')(toBytes(fields), DOCUMENT, 0, out);
}

/** The value of one field of that type. */
function toField(type: SchemaType, value: Tagged, more: Partial<Schema> = {}): unknown {
  const field = { field: 'f', schema: { type, optional: false, ...more } };
  const struct = convert({ type: 'struct', optional: false, fields: [field] }, [['f', value]]);
  return struct instanceof Map ? struct.get('f') : undefined;
}

const int64 = (value: bigint): Tagged => ({ type: 'int64', value });
const double = (value: number): Tagged => ({ type: 'double', value });
const seconds = (value: number): Tagged => ({ type: 'timestamp', seconds: value, increment: 5 });

/** A decimal of a small coefficient; the exponent is biased by 6176 and begins at bit 113. */
function decimal(coefficient: bigint, exponent = 0): Tagged {
  const bytes = Buffer.alloc(16);
  const size = coefficient < 0n ? -coefficient : coefficient;
  bytes.writeBigUInt64LE(size & 0xffff_ffff_ffff_ffffn, 0);
  bytes.writeBigUInt64LE((size >> 64n) | (BigInt(exponent + 6176) << 49n) | (coefficient < 0n ? 1n << 63n : 0n), 8);
  return { type: 'decimal128', bytes };
}
const NAN: Tagged = { type: 'decimal128', bytes: Buffer.concat([Buffer.alloc(15), Buffer.of(0x7c)]) };
const MINUS_INFINITY: Tagged = { type: 'decimal128', bytes: Buffer.concat([Buffer.alloc(15), Buffer.of(0xf8)]) };

const MAX = 2n ** 63n - 1n;

test.each<[situation: string, type: SchemaType, value: Tagged, expected: unknown]>([
  ['a double is cut towards zero', 'int64', double(-20.9), -20n],
  ['NaN is zero', 'int64', double(Number.NaN), 0n],
  ['infinity is the greatest', 'int64', double(Number.POSITIVE_INFINITY), MAX],
  ['minus infinity is the least', 'int64', double(Number.NEGATIVE_INFINITY), -MAX - 1n],
  ['a double of 2^63 is beyond', 'int64', double(2 ** 63), MAX],
  ['a double of -2^63 is just inside', 'int64', double(-(2 ** 63)), -MAX - 1n],
  ['a date is milliseconds', 'int64', { type: 'date', value: -1n }, -1n],
  ['a timestamp after 2038 stays positive', 'int64', seconds(2 ** 32 - 1), 4_294_967_295_000n],
  ['a decimal is cut towards zero', 'int64', decimal(-125n, -1), -12n],
  ['a decimal keeps what a double would round', 'int64', decimal(9_007_199_254_740_993n), 9_007_199_254_740_993n],
  ['a decimal of many zeros', 'int64', decimal(12n, 3), 12_000n],
  ['a decimal that is nearly nothing', 'int64', decimal(9n, -6000), 0n],
  ['a decimal beyond 64 bits', 'int64', decimal(-1n, 6000), -MAX - 1n],
  ['a decimal of NaN', 'int64', NAN, 0n],
  ['a decimal of minus infinity', 'int64', MINUS_INFINITY, -MAX - 1n],
  ['the greatest int32', 'int32', int64(2n ** 31n - 1n), 2 ** 31 - 1],
  ['the least int32', 'int32', double(-(2 ** 31)), -(2 ** 31)],
  ['a decimal as an int32', 'int32', decimal(125n, -1), 12],
  ['a decimal as a double', 'float64', decimal(125n, -1), 12.5],
  ['a decimal of minus infinity as a double', 'float64', MINUS_INFINITY, Number.NEGATIVE_INFINITY],
  ['a long as a float', 'float32', int64(16_777_217n), 16_777_216],
  ['a timestamp as a double', 'float64', seconds(2 ** 31), 2 ** 31 * 1000],
  ['a string as bytes', 'bytes', { type: 'string', value: 'é' }, Buffer.from('é')],
  ['binary data without its inner length', 'bytes', { type: 'binary', subtype: 2, value: Buffer.of(1) }, Buffer.of(1)],
  ['a document as bytes', 'bytes', { type: 'document', value: [] }, Buffer.of(5, 0, 0, 0, 0)],
  ['null in a required string', 'string', { type: 'null' }, 'null'],
  ['a JSON text without its quotes', 'string', { type: 'symbol', value: 'a"b' }, 'a\\"b'],
  ['a string as it is', 'string', { type: 'string', value: '"a"' }, '"a"'],
])('%s (%s)', (_, type, value, expected) => {
  expect(toField(type, value)).toEqual(expected);
});

test('NaN is bare as a text of its own where the formatter is DefaultJson, and JSON inside of one', () => {
  const schema = toConnectSchema(
    '{"type": "record", "name": "d", "fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "string"}]}',
  );
  const fields: Field[] = [
    ['a', double(Number.NaN)],
    ['b', { type: 'array', value: [double(Number.NaN)] }],
  ];
  expect(createToValue(schema, JSON_FORMATS.default, 'paths')(toBytes(fields), DOCUMENT, 0, out)).toEqual(
    new Map([
      ['a', 'NaN'],
      ['b', '[{"$numberDouble": "NaN"}]'],
    ]),
  );
});

const OBJECT_ID: Tagged = { type: 'objectId', value: Buffer.alloc(12) };

test.each<[type: SchemaType, value: Tagged, message: string]>([
  ['int32', int64(2n ** 31n), 'Schema type of int32 but value needs more than 32 bits, of type: int64'],
  [
    'int32',
    double(Number.POSITIVE_INFINITY),
    'Schema type of int32 but value needs more than 32 bits, of type: double',
  ],
  [
    'int32',
    { type: 'date', value: 1_577_836_801_123n },
    'Schema type of int32 but value needs more than 32 bits, of type: date_time',
  ],
  ['int64', { type: 'string', value: '5' }, 'Schema type of int64 but value was of type: string'],
  ['float32', { type: 'null' }, 'Schema type of float32 but value was of type: null'],
  ['boolean', int64(1n), 'Schema type of boolean but value was of type: int64'],
  ['bytes', OBJECT_ID, 'Schema type of bytes but value was of type: object_id'],
])('%s refuses a value with the words of the peer and the name of the field', (type, value, message) => {
  expect(() => toField(type, value)).toThrow(
    expect.objectContaining({ name: 'DataError', code: 'RECORD_INVALID', message, details: { field: 'f' } }),
  );
});

const TREE = toConnectSchema(
  JSON.stringify({
    type: 'record',
    name: 'tree',
    fields: [
      { name: 'v', type: 'int' },
      { name: 'next', type: ['null', 'tree'] },
      { name: 'kids', type: { type: 'array', items: 'tree' }, default: [] },
      { name: 'w', type: 'string', default: 'none' },
    ],
  }),
);
const v = (value: number, ...more: readonly Field[]): Field[] => [['v', { type: 'int32', value }], ...more];

test('a record that refers to itself keeps all of its fields at every level', () => {
  const leaf = (value: number) =>
    new Map<string, unknown>([
      ['v', value],
      ['next', null],
      ['kids', []],
      ['w', 'none'],
    ]);
  const value = convert(
    TREE,
    v(
      1,
      ['next', { type: 'document', value: v(2, ['w', { type: 'string', value: 'x' }]) }],
      ['kids', { type: 'array', value: [{ type: 'document', value: v(3) }] }],
    ),
  );
  expect(value).toEqual(
    new Map<string, unknown>([
      ['v', 1],
      ['next', new Map([...leaf(2), ['w', 'x']])],
      ['kids', [leaf(3)]],
      ['w', 'none'],
    ]),
  );
});

test('an error inside of a record names the path of the field, and no value', () => {
  const fields = v(1, [
    'kids',
    { type: 'array', value: [{ type: 'document', value: [['v', { type: 'string', value: 'secret' }]] }] },
  ]);
  expect(() => convert(TREE, fields)).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('secret') }),
  );
  expect(() => convert(TREE, v(1, ['kids', { type: 'document', value: [] }]))).toThrow(
    expect.objectContaining({ details: { field: 'kids' } }),
  );
  expect(() => convert(TREE, [])).toThrow(
    expect.objectContaining({ message: "Missing field 'v'", details: { field: 'v' } }),
  );
});

test('of a repeated name a map has the last value at the place of the first', () => {
  const schema = toConnectSchema(
    '{"type": "record", "name": "d", "fields": [{"name": "m", "type": {"type": "map", "values": "int"}}]}',
  );
  const members: Field[] = [...v(1), ['x', { type: 'int32', value: 2 }], ...v(3)];
  expect(convert(schema, [['m', { type: 'document', value: members }]])).toEqual(
    new Map([['m', new Map(Object.entries({ v: 3, x: 2 }))]]),
  );
});

test('invalid UTF-8 becomes what Java makes of it', () => {
  const bytes = toBytes([['f', { type: 'string', value: 'abcdef' }]]);
  // an encoded surrogate and a lone continuation byte
  bytes.set([0xed, 0xa0, 0x80, 0x80], bytes.indexOf('abcdef'));
  const schema: Schema = {
    type: 'struct',
    optional: false,
    fields: [{ field: 'f', schema: { type: 'string', optional: false } }],
  };
  const value = createToValue(schema, JSON_FORMATS.default, 'paths')(bytes, DOCUMENT, 0, out);
  expect(value).toEqual(new Map([['f', '\ufffd\ufffdef']]));
});

/** Avro types of any depth over the names of random documents' fields. */
const anyType = fc.letrec<{ type: unknown }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('string', 'bytes', 'int', 'long', 'float', 'double', 'boolean'),
    fc.record({ type: fc.constant('array'), items: tie('type') }),
    fc.record({ type: fc.constant('map'), values: tie('type') }),
    tie('type').map((type) => (Array.isArray(type) ? type : ['null', type])),
  ),
})).type;

test('any document becomes a struct with all fields of any schema, or a data error', () => {
  fc.assert(
    fc.property(anyFields, fc.array(anyType, { maxLength: 6 }), (fields, types) => {
      const names = [...new Set(fields.map(([name]) => name).filter((name) => name !== ''))];
      const avro = {
        type: 'record',
        name: 'd',
        fields: types.flatMap((type, index) => (names[index] === undefined ? [] : [{ name: names[index], type }])),
      };
      const schema = toConnectSchema(JSON.stringify(avro));
      let value: unknown;
      try {
        value = convert(schema, fields);
      } catch (error) {
        expect(error).toBeInstanceOf(DataError);
        return;
      }
      expect(value instanceof Map && [...value.keys()]).toEqual(avro.fields.map(({ name }) => name));
    }),
    { numRuns: 500 },
  );
});

test('decimals are the number that their text says', () => {
  expect(decimalText((decimal(-125n, -1) as { bytes: Uint8Array }).bytes)).toBe('-12.5');
});
