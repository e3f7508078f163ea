import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OutputBuffer } from '../../../../../functions/connect/output-buffer.ts';
import { javaDouble } from '../../../../../functions/connectors/mongodb/bson/java-double.ts';
import {
  doubleAt,
  int32At,
  int64At,
  writeDouble,
  writeInt64,
  writeInteger,
} from '../../../../../functions/connectors/mongodb/bson/json-numbers.ts';

const written = (write: (out: OutputBuffer) => void): string => {
  const out = new OutputBuffer();
  write(out);
  return out.take().toString('latin1');
};

const bytesOf = (fill: (bytes: Buffer) => void): Buffer => {
  const bytes = Buffer.alloc(9);
  fill(bytes);
  return bytes;
};

const edges = [0n, 1n, 9n, 10n, 99_999_999n, 100_000_000n, 999_999_999n, 1_000_000_000n, 2n ** 31n, 2n ** 32n];
const largeEdges = [2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 10n ** 18n - 1n, 10n ** 18n, 2n ** 63n - 1n];

test('any int64 is written as its digits', () => {
  const any = fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    // of few bits as often as of many
    fc.tuple(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.nat(63)).map(([v, bits]) => v >> BigInt(bits)),
    fc.constantFrom(...edges, ...largeEdges, ...[...edges, ...largeEdges].map((value) => -value), -(2n ** 63n)),
  );
  fc.assert(
    fc.property(any, (value) => {
      const bytes = bytesOf((buffer) => buffer.writeBigInt64LE(value, 1));
      expect(written((out) => writeInt64(out, bytes, 1))).toBe(String(value));
      expect(BigInt(int64At(bytes, 1))).toBe(value);
    }),
    { numRuns: 5000 },
  );
});

test('any number of 53 bits is written as its digits', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      expect(written((out) => writeInteger(out, value))).toBe(String(value));
    }),
    { numRuns: 2000 },
  );
});

test('any double is written as the text of it would be', () => {
  const decimals = fc
    .tuple(fc.integer({ min: -1e12, max: 1e12 }), fc.nat(12))
    .map(([digits, places]) => digits / 10 ** places);
  fc.assert(
    fc.property(fc.oneof(fc.double(), fc.float(), decimals), (value) => {
      expect(written((out) => writeDouble(out, value))).toBe(javaDouble(value));
    }),
    { numRuns: 10_000 },
  );
});

// the limits of what is written digit by digit, and what lies next to them
test.each([
  0,
  -0,
  0.001,
  0.00099999999,
  0.00100000001,
  1e7,
  9_999_999.99999999,
  9_999_999.999999998,
  0.1 + 0.2,
  1 / 3,
  52.52,
  -13.405,
  1234.5625,
  1e-8,
  5e-324,
  Number.MAX_VALUE,
  Number.NaN,
  Number.POSITIVE_INFINITY,
])('the double %d is written as the text of it would be', (value) => {
  expect(written((out) => writeDouble(out, value))).toBe(javaDouble(value));
});

test('numbers are read from any place of a buffer', () => {
  fc.assert(
    fc.property(fc.double(), fc.integer(), fc.nat(7), (double, integer, at) => {
      const bytes = Buffer.alloc(16);
      bytes.writeDoubleLE(double, at);
      expect(doubleAt(bytes, at)).toBe(double);
      bytes.writeInt32LE(integer, at);
      expect(int32At(bytes, at)).toBe(integer);
    }),
  );
});
