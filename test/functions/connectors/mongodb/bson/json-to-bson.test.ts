import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { elementsOf } from '../../../../../functions/connectors/mongodb/bson/elements.ts';
import { parseIsoDate } from '../../../../../functions/connectors/mongodb/bson/json-dates.ts';
import { jsonToBson } from '../../../../../functions/connectors/mongodb/bson/json-to-bson.ts';
import { referenceJson } from './reference-json.ts';
import { anyFields, type Field, type Tagged, toBytes } from './tagged-bson.ts';

const read = (text: string) => jsonToBson(Buffer.from(text, 'utf8'));

/**
 * The same document without what its JSON can't say: repeated names, a first name that means a type, the order of
 * options, DBPointers (which the default format writes as ordinary documents) and the insides of NaN.
 */
function sayable(fields: readonly Field[]): Field[] {
  const byName = new Map(fields.map(([name, value]) => [name.replace(/^\$+/, '_'), inside(value)] as const));
  return [...byName];
}

function inside(value: Tagged): Tagged {
  switch (value.type) {
    case 'document':
      return { ...value, value: sayable(value.value) };
    case 'array':
      return { ...value, value: value.value.map(inside) };
    case 'codeWithScope':
      return { ...value, scope: sayable(value.scope) };
    case 'regex':
      return { ...value, options: [...value.options].sort().join('') };
    case 'dbPointer':
      return { type: 'null' };
    case 'decimal128':
      return { ...value, bytes: plain(value.bytes) };
    default:
      return value;
  }
}

/** NaN and the infinities have one form that readers give back. */
function plain(decimal: Uint8Array): Uint8Array {
  const top = decimal[15]!;
  if ((top & 0x78) !== 0x78) return decimal;
  const form = (top & 0x7c) === 0x7c ? 0x7c : top & 0xf8;
  return Uint8Array.of(...new Uint8Array(15), form);
}

// what our source writes, and what loses nothing in any reader
test.each(['default', 'extended'] as const)(
  'reads back the very bytes that the %s format was written from',
  (format) => {
    fc.assert(
      fc.property(anyFields.map(sayable), (fields) => {
        expect(read(referenceJson(fields, format)).toString('hex')).toBe(toBytes(fields).toString('hex'));
      }),
      { numRuns: 1000 },
    );
  },
);

const one = (text: string) => {
  const [element] = elementsOf(read(`{"a": ${text}}`));
  return `${element!.type}:${Buffer.from(element!.value).toString('hex')}`;
};
const bytes = (value: Tagged) => {
  const [element] = elementsOf(toBytes([['a', value]]));
  return `${element!.type}:${Buffer.from(element!.value).toString('hex')}`;
};

describe('a number', () => {
  test.each<[string, Tagged]>([
    ['0', { type: 'int32', value: 0 }],
    ['-0', { type: 'int32', value: 0 }],
    ['2147483647', { type: 'int32', value: 2 ** 31 - 1 }],
    ['2147483648', { type: 'int64', value: 2n ** 31n }],
    ['-9223372036854775808', { type: 'int64', value: -(2n ** 63n) }],
    ['9007199254740993', { type: 'int64', value: 9007199254740993n }],
    ['1.0', { type: 'double', value: 1 }],
    ['-0.0', { type: 'double', value: -0 }],
    ['1e3', { type: 'double', value: 1000 }],
    ['-Infinity', { type: 'double', value: Number.NEGATIVE_INFINITY }],
  ])('%s has its exact type', (text, value) => {
    expect(one(text)).toBe(bytes(value));
  });

  test.each(['9223372036854775808', '+1', '.5', '5.', '0x1F', '-', '-NaN', '1e', '1_000', '--1', '1-2'])(
    '%s is refused',
    (text) => expect(() => one(text)).toThrow(/Expected/),
  );
});

describe('a helper of the shell', () => {
  test.each([
    ["ObjectId('5f15aab12435743f9bd126a4')", '{"$oid":"5f15aab12435743f9bd126a4"}'],
    ["ISODate('2020-01-01T00:00:00Z')", '{"$date":{"$numberLong":"1577836800000"}}'],
    ['new Date(5)', '{"$date":{"$numberLong":"5"}}'],
    ['NumberLong(5)', '{"$numberLong":"5"}'],
    ["NumberInt('5')", '{"$numberInt":"5"}'],
    ["NumberDecimal('1.50')", '{"$numberDecimal":"1.50"}'],
    ['Timestamp(1, 2)', '{"$timestamp":{"t":1,"i":2}}'],
    ['/a\\/b/mi', '{"$regularExpression":{"pattern":"a\\\\/b","options":"im"}}'],
  ])('%s is %s', (shell, canonical) => {
    expect(one(shell)).toBe(one(canonical));
  });

  test.each(['Date()', 'ObjectId()', "ObjectId('x')", 'Nothing(1)', 'new Nothing(1)', 'constructor(1)', '__proto__'])(
    '%s is refused',
    (text) => expect(() => one(text)).toThrow(/Expected/),
  );
});

test('a refusal shows nothing of the text', () => {
  const text = '{"password": "hunter2", "a": hunter3}';
  expect(() => read(text)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('hunter') }));
});

test('of a repeated name the last value stands at the place of the first', () => {
  expect(read('{"a":1,"b":2,"a":{"c":1,"c":2}}')).toEqual(read('{"a":{"c":2},"b":2}'));
});

test('names whose hashes are equal are different names', () => {
  // both are 2112 by the usual hash of Java
  expect(elementsOf(read('{"Aa":1,"BB":2}')).map(({ name }) => name)).toEqual(['Aa', 'BB']);
});

test('a document may have thousands of fields and a hundred levels, but not a million', () => {
  const wide = `{${Array.from({ length: 5000 }, (_, n) => `"f${n}":${n}`).join()}}`;
  expect(elementsOf(read(wide))).toHaveLength(5000);
  const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  expect(read(deep(150)).length).toBeGreaterThan(150);
  expect(() => read(deep(1_000_000))).toThrow(/levels/);
});

test('any text is a document or a data error', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    ':',
    ',',
    '$oid',
    '$date',
    '\\u00',
    '1',
    '-',
    '.',
    'e',
    '/',
    ' ',
    'new ',
    'é',
  );
  fc.assert(
    fc.property(
      fc.array(pieces, { maxLength: 25 }).map((parts) => `{${parts.join('')}`),
      (text) => {
        try {
          elementsOf(read(text));
        } catch (error) {
          expect(error).toMatchObject({ name: 'DataError', code: 'RECORD_INVALID' });
        }
      },
    ),
    { numRuns: 3000 },
  );
});

test.each([
  ['1970-01-01', 0n],
  ['1969-12-31T23:59:59.9999Z', -1n],
  ['2020-02-29T12:30Z', 1582979400000n],
  ['2020-01-01T01:00:00+01:00', 1577836800000n],
  ['2020-01-01T00:00:00.123456789z', 1577836800123n],
  ['+10000-01-01T00:00:00Z', 253402300800000n],
  ['0000-01-01T00:00:00Z', -62167219200000n],
  ['-0001-12-31T00:00:00Z', -62167305600000n],
  ['2020-01-01T00:00:00', undefined],
  ['2021-02-29T00:00:00Z', undefined],
  ['2020-01-01T24:00:00Z', undefined],
  ['2020-13-01', undefined],
  ['2020-1-1', undefined],
  ['', undefined],
])('the date %s is %s', (text, millis) => {
  expect(parseIsoDate(text)).toBe(millis);
});
