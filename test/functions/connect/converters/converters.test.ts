import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteArrayConverter } from '../../../../functions/connect/converters/byte-array-converter.ts';
import { createConverter } from '../../../../functions/connect/converters/configure-converters.ts';
import {
  converterNameOf,
  refuseConverter,
  refuseHeaderConverter,
} from '../../../../functions/connect/converters/converter-classes.ts';
import { stringConverter } from '../../../../functions/connect/converters/string-converter.ts';
import { BYTES, OPTIONAL_STRING, type Schema, STRING } from '../../../../functions/connect/records.ts';

const NUMBERS = [
  ['BooleanConverter', 'boolean', true, '01'],
  ['BooleanConverter', 'boolean', false, '00'],
  ['ShortConverter', 'int16', -2, 'fffe'],
  ['IntegerConverter', 'int32', 2 ** 31 - 1, '7fffffff'],
  ['LongConverter', 'int64', -(2n ** 63n), '8000000000000000'],
  ['LongConverter', 'int64', 2n ** 53n + 1n, '0020000000000001'],
  ['FloatConverter', 'float32', 1.5, '3fc00000'],
  ['DoubleConverter', 'float64', -0, '8000000000000000'],
] as const;

test.each(['org.apache.kafka.connect.json.JsonConverter', 'JsonConverter', 'Json'])(
  '%s is the JsonConverter',
  (name) => {
    expect(refuseConverter(name)).toBeUndefined();
    expect(converterNameOf(name)).toBe('JsonConverter');
  },
);

test.each([
  ['a converter of a registry', 'io.confluent.connect.avro.AvroConverter', /^Not built yet: /],
  ['its alias', 'Avro', /^Not built yet: /],
  ['an unknown class', 'com.example.Mine', /^Class not found: com.example.Mine; expected one of /],
  ['a converter of headers', 'SimpleHeaderConverter', /^Class not found: /],
])('refuses %s', (_, name, message) => {
  expect(refuseConverter(name)).toMatch(message);
});

test.each([
  ['Simple', undefined],
  ['org.apache.kafka.connect.storage.SimpleHeaderConverter', undefined],
  ['StringConverter', undefined],
  ['io.confluent.connect.avro.AvroConverter', expect.stringMatching(/^Not built yet: /)],
])('headers may have the converter %s, or not', (name, refusal) => {
  expect(refuseHeaderConverter(name)).toEqual(refusal);
});

test('text that is already UTF-8 bytes is not copied', () => {
  const bytes = Buffer.from('text');
  expect(stringConverter.toBytes('t', STRING, bytes)).toBe(bytes);
  expect(stringConverter.toData('t', bytes)).toEqual({ schema: OPTIONAL_STRING, value: bytes });
  expect(byteArrayConverter.toBytes('t', BYTES, bytes)).toBe(bytes);
});

test.each(['String', 'Json', 'ByteArray', ...new Set(NUMBERS.map(([name]) => name))])(
  'a null stays a tombstone in both directions (%s)',
  (name) => {
    const converter = createConverter(name, {});
    expect(converter.toBytes('t', null, null)).toBeNull();
    expect(converter.toData('t', null).value).toBeNull();
  },
);

test('refuses data of another kind, without showing it', () => {
  expect(() => byteArrayConverter.toBytes('orders', STRING, 'secret')).toThrow(
    'Expected bytes for ByteArrayConverter, got string for topic orders',
  );
  expect(() => stringConverter.toBytes('orders', null, { secret: 1 })).toThrow(
    'Expected a value that can be printed for StringConverter, got object',
  );
  // Java would print an address in memory
  expect(() => stringConverter.toBytes('orders', BYTES, Buffer.from('secret'))).toThrow('got bytes');
});

describe('converters of one type', () => {
  test.each(NUMBERS)('%s: %s %s is %s', (name, type, value, hex) => {
    const converter = createConverter(name, {});
    const bytes = converter.toBytes('t', { type, optional: false }, value);
    expect(Buffer.from(bytes!).toString('hex')).toBe(hex);
    const data = converter.toData('t', Buffer.from(hex, 'hex'));
    expect(data.schema).toEqual({ type, optional: true });
    expect(data.value).toBe(value);
  });

  test.each(NUMBERS)('%s refuses bytes of another length', (name, _type, _value, hex) => {
    const converter = createConverter(name, {});
    expect(() => converter.toData('orders', Buffer.from(`${hex}00`, 'hex'))).toThrow(
      `got ${hex.length / 2 + 1} for topic orders`,
    );
    expect(() => converter.toData('orders', Buffer.alloc(0))).toThrow('got 0');
  });

  test.each<[string, string, Schema | null, unknown]>([
    ['a Long', 'IntegerConverter', { type: 'int64', optional: false }, 1n],
    ['a fraction', 'IntegerConverter', { type: 'int32', optional: false }, 1.5],
    ['an integer beyond 16 bits', 'ShortConverter', { type: 'int16', optional: false }, 32768],
    ['a number without a schema, which is a Double', 'IntegerConverter', null, 1],
    [
      'a Timestamp, which is a Date in Java',
      'LongConverter',
      { type: 'int64', optional: false, name: 'org.apache.kafka.connect.data.Timestamp' },
      1n,
    ],
    ['a text', 'BooleanConverter', STRING, 'true'],
  ])('refuse %s for another type', (_, name, schema, value) => {
    expect(() => createConverter(name, {}).toBytes('t', schema, value)).toThrow(`for ${name}, got `);
  });

  test('a byte that is neither 0 nor 1 is no boolean', () => {
    expect(() => createConverter('Boolean', {}).toData('t', Buffer.of(2))).toThrow('Expected 0 or 1');
  });

  test('Long and Double need no schema', () => {
    expect(createConverter('Long', {}).toBytes('t', null, 1n)).toHaveLength(8);
    expect(createConverter('Double', {}).toBytes('t', null, 1)).toHaveLength(8);
  });
});

test.each([
  ['UTF-8', 'é😀'],
  ['ISO-8859-1', 'é'],
  ['UTF-16', 'é😀'],
  ['UTF-16LE', 'é😀'],
  ['utf-16be', 'é😀'],
])('StringConverter reads what it wrote in %s', (encoding, text) => {
  const converter = createConverter('String', { 'converter.encoding': encoding });
  const bytes = converter.toBytes('t', STRING, text);
  const { value } = converter.toData('t', bytes);
  expect(value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value).toBe(text);
  // text that is UTF-8 bytes becomes the other encoding too
  expect(converter.toBytes('t', STRING, Buffer.from(text))).toEqual(bytes);
});

test('any text comes back from StringConverter in UTF-16', () => {
  const converter = createConverter('String', { 'converter.encoding': 'UTF-16' });
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(converter.toData('t', converter.toBytes('t', STRING, text)).value).toBe(text);
    }),
  );
});
