import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OutputBuffer } from '../../../../../functions/connect/output-buffer.ts';
import { decimal128Text } from '../../../../../functions/connectors/mongodb/bson/decimal128-text.ts';
import { isoDate, writeIsoDate } from '../../../../../functions/connectors/mongodb/bson/iso-date.ts';
import { javaDouble } from '../../../../../functions/connectors/mongodb/bson/java-double.ts';
import { anyDecimal, decimalText } from './tagged-bson.ts';

test.each([
  [62, '62.0'],
  [-0, '-0.0'],
  [0.001, '0.001'],
  [0.00099, '9.9E-4'],
  [9_999_999.5, '9999999.5'],
  [1e7, '1.0E+7'],
  [123_456_789.125, '1.23456789125E+8'],
  [-1e21, '-1.0E+21'],
  [1e23, '1.0E+23'],
  [Number.MAX_VALUE, '1.7976931348623157E+308'],
  // two digits, the closest to the exact 4.94…e-324 and 9.88…e-324
  [5e-324, '4.9E-324'],
  [1e-323, '9.9E-324'],
  [Number.NaN, 'NaN'],
  [Number.NEGATIVE_INFINITY, '-Infinity'],
])('the double %d is written %s', (value, expected) => {
  expect(javaDouble(value)).toBe(expected);
});

test('any double reads back to itself, in the form of Java', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = javaDouble(value);
      expect(Number(text)).toBe(value);
      expect(text).toMatch(/^-?(\d{1,7}\.\d+|\d\.\d+E[+-]\d+)$/);
    }),
    { numRuns: 2000 },
  );
});

test("any decimal128 is written in the driver's words", () => {
  fc.assert(
    fc.property(anyDecimal, (bytes) => {
      expect(decimal128Text(Buffer.from(bytes), 0)).toBe(decimalText(bytes));
    }),
    { numRuns: 2000 },
  );
});

test('a decimal128 of more than 34 digits is zero, as IEEE 754 has it', () => {
  expect(decimal128Text(Buffer.from('00000000000000000000000000ee2130', 'hex'), 0)).toBe('0E-16');
});

test.each([
  [0n, '1970-01-01T00:00:00Z'],
  [1_577_836_801_120n, '2020-01-01T00:00:01.12Z'],
  [-1n, '1969-12-31T23:59:59.999Z'],
  [253_402_300_800_000n, '+10000-01-01T00:00:00Z'],
  [-62_167_219_200_001n, '-0001-12-31T23:59:59.999Z'],
  [2n ** 63n - 1n, '+292278994-08-17T07:12:55.807Z'],
  [-(2n ** 63n), '-292275055-05-16T16:47:04.192Z'],
])('the date %d is written %s', (milliseconds, expected) => {
  expect(isoDate(milliseconds)).toBe(expected);
  expect(written(milliseconds)).toBe(expected);
});

test('a date is written digit by digit as it would be as a text', () => {
  // beyond the years of four digits too, and whole seconds, tenths and hundredths more often than chance has them
  const millisecond = fc.integer({ min: -70_000_000_000_000, max: 300_000_000_000_000 });
  const coarse = fc.tuple(millisecond, fc.constantFrom(1, 10, 100, 1000, 86_400_000));
  fc.assert(
    fc.property(coarse, ([value, unit]) => {
      const milliseconds = Math.round(value / unit) * unit;
      expect(written(milliseconds)).toBe(isoDate(BigInt(milliseconds)));
    }),
    { numRuns: 2000 },
  );
});

function written(milliseconds: number | bigint): string {
  const out = new OutputBuffer();
  writeIsoDate(out, Number.isSafeInteger(Number(milliseconds)) ? Number(milliseconds) : milliseconds);
  return out.take().toString('latin1');
}
