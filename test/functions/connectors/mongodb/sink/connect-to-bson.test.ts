import { BSON } from 'mongodb';
import { expect, test } from 'vitest';
import { DataError } from '../../../../../functions/connect/errors.ts';
import { LOGICAL, type Schema } from '../../../../../functions/connect/records.ts';
import { elementsOf } from '../../../../../functions/connectors/mongodb/bson/elements.ts';
import { connectToBson } from '../../../../../functions/connectors/mongodb/sink/connect-to-bson.ts';

const { EJSON } = BSON;
const KEPT = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true };

const toJson = (bytes: Uint8Array): unknown => EJSON.serialize(BSON.deserialize(bytes, KEPT), { relaxed: false });
const optional = (type: Schema['type'], more: Partial<Schema> = {}): Schema => ({ type, optional: true, ...more });
const structOf = (schema: Schema): Schema => ({ type: 'struct', optional: false, fields: [{ field: 'a', schema }] });
const inStruct = (schema: Schema, value: unknown) => toJson(connectToBson(new Map([['a', value]]), structOf(schema)));
const decimal = (scale: number) => optional('bytes', { name: LOGICAL.decimal, parameters: { scale: String(scale) } });

test.each<[string, Schema, unknown, unknown]>([
  ['int8', optional('int8'), -128, { $numberInt: '-128' }],
  ['int32', optional('int32'), 2147483647, { $numberInt: '2147483647' }],
  ['int64', optional('int64'), 9007199254740993n, { $numberLong: '9007199254740993' }],
  ['float32, widened', optional('float32'), 0.1, { $numberDouble: '0.10000000149011612' }],
  ['float64', optional('float64'), -0, { $numberDouble: '-0.0' }],
  ['boolean', optional('boolean'), true, true],
  ['string', optional('string'), 'é😀', 'é😀'],
  ['string as bytes', optional('string'), Buffer.from('é'), 'é'],
  ['string as bytes that are not UTF-8', optional('string'), Buffer.of(0xff), '\uFFFD'],
  ['bytes', optional('bytes'), Buffer.of(1), { $binary: { base64: 'AQ==', subType: '00' } }],
  ['decimal', decimal(2), { unscaled: 1230n, scale: 2 }, { $numberDecimal: '12.30' }],
  ['decimal with a negative scale', decimal(-3), { unscaled: 5n, scale: -3 }, { $numberDecimal: '5E+3' }],
  ['date', optional('int32', { name: LOGICAL.date }), -86400000n, { $date: { $numberLong: '-86400000' } }],
  ['timestamp', optional('int64', { name: LOGICAL.timestamp }), 5n, { $date: { $numberLong: '5' } }],
  ["somebody else's name", optional('int64', { name: 'io.debezium.time.MicroTimestamp' }), 5n, { $numberLong: '5' }],
  ['null', optional('string'), null, null],
  ['the default of null', optional('int32', { default: 7 }), null, { $numberInt: '7' }],
  ['array', optional('array', { valueSchema: optional('int32') }), [1, null], [{ $numberInt: '1' }, null]],
  [
    'map',
    optional('map', { valueSchema: decimal(1) }),
    new Map([['x', { unscaled: 15n, scale: 1 }]]),
    { x: { $numberDecimal: '1.5' } },
  ],
  ['struct', structOf(optional('int32')), new Map([['a', 1]]), { a: { $numberInt: '1' } }],
])('a field of a struct: %s', (_, schema, value, expected) => {
  expect(inStruct(schema, value)).toEqual({ a: expected });
});

test('fields have the order of the schema', () => {
  const int = optional('int32');
  const schema: Schema = {
    type: 'struct',
    optional: false,
    fields: ['10', 'z', '9'].map((field) => ({ field, schema: int })),
  };
  const fields = new Map([
    ['9', 1],
    ['10', 2],
    ['z', 3],
  ]);
  expect(elementsOf(connectToBson(fields, schema)).map((element) => element.name)).toEqual(['10', 'z', '9']);
});

test('without a schema an integer is a long and any other number a double', () => {
  const map = new Map<string, unknown>([
    ['n', null],
    ['i', 5n],
    ['d', 5],
    ['s', 'x'],
    ['b', false],
    ['a', [1n, new Map([['$date', 1n]])]],
  ]);
  expect(connectToBson(map, null)).toEqual(
    Buffer.from(
      BSON.serialize({
        n: null,
        i: BSON.Long.fromNumber(5),
        d: new BSON.Double(5),
        s: 'x',
        b: false,
        // names of Extended JSON are names here
        a: [BSON.Long.fromNumber(1), new Map([['$date', BSON.Long.fromNumber(1)]])],
      }),
    ),
  );
});

test('half of a pair of surrogates is three bytes, as with the peer', () => {
  const bytes = connectToBson(new Map([['a', 'x\ud800y']]), null);
  expect(bytes.toString('hex')).toContain('78eda08079');
});

test.each<[string, ReadonlyMap<unknown, unknown>, Schema | null]>([
  ['a decimal of more than 34 digits', new Map([['a', { unscaled: 10n ** 35n + 1n, scale: 0 }]]), structOf(decimal(0))],
  ['a name with a zero character', new Map([['a\0', 1n]]), null],
  ['a name that is no text', new Map([[1n, 1n]]), null],
  ['a value that JSON has not', new Map([['a', Symbol('a')]]), null],
])('%s is a data error', (_, fields, schema) => {
  expect(() => connectToBson(fields, schema)).toThrow(DataError);
});
