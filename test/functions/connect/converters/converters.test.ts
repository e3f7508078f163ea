import { expect, test } from 'vitest';
import { byteArrayConverter } from '../../../../functions/connect/converters/byte-array-converter.ts';
import { converterOf, refuseConverter } from '../../../../functions/connect/converters/converter-classes.ts';
import { stringConverter } from '../../../../functions/connect/converters/string-converter.ts';
import { BYTES, STRING } from '../../../../functions/connect/records.ts';

test.each(['org.apache.kafka.connect.storage.StringConverter', 'StringConverter', 'String'])(
  '%s is the StringConverter',
  (name) => {
    expect(refuseConverter(name)).toBeUndefined();
    expect(converterOf(name)).toBe(stringConverter);
  },
);

test.each([
  [
    'a converter of Kafka Connect that is not there yet',
    'org.apache.kafka.connect.json.JsonConverter',
    /^Not built yet: /,
  ],
  ['a converter of a registry', 'io.confluent.connect.avro.AvroConverter', /^Not built yet: /],
  ['an unknown class', 'com.example.Mine', /^Class not found: com.example.Mine; expected one of /],
])('refuses %s', (_, name, message) => {
  expect(refuseConverter(name)).toMatch(message);
});

test('text that is already UTF-8 bytes is not copied', () => {
  const bytes = Buffer.from('text');
  expect(stringConverter.toBytes('t', STRING, bytes)).toBe(bytes);
  expect(byteArrayConverter.toBytes('t', BYTES, bytes)).toBe(bytes);
});

test('a null stays a tombstone', () => {
  expect(stringConverter.toBytes('t', null, null)).toBeNull();
  expect(byteArrayConverter.toBytes('t', null, null)).toBeNull();
  expect(stringConverter.toData('t', null).value).toBeNull();
});

test('refuses data of another kind, without showing it', () => {
  expect(() => byteArrayConverter.toBytes('orders', STRING, 'secret')).toThrow(
    'Expected bytes for ByteArrayConverter, got string for topic orders',
  );
  expect(() => stringConverter.toBytes('orders', null, { secret: 1 })).toThrow(
    'Expected a text for StringConverter, got object for topic orders',
  );
});
