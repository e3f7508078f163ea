import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  readVarint,
  sizeOfVarint,
  sizeOfVarlong,
  writeVarint,
  writeVarlong,
} from '../../../../functions/aws/kafka/varint.ts';

test.each([
  [0, [0x00]],
  [-1, [0x01]],
  [63, [0x7e]],
  [64, [0x80, 0x01]],
  [2 ** 31 - 1, [0xfe, 0xff, 0xff, 0xff, 0x0f]],
  [-(2 ** 31), [0xff, 0xff, 0xff, 0xff, 0x0f]],
])('writes %d as zigzag of 7 bits each', (value, expected) => {
  const bytes = new Uint8Array(10);
  expect([...bytes.subarray(0, writeVarint(bytes, 0, value))]).toEqual(expected);
  expect(sizeOfVarint(value)).toBe(expected.length);
});

test('64 bits read back as they were, in as many bytes as foretold', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      const bytes = new Uint8Array(10);
      const end = writeVarlong(bytes, 0, value);
      expect(end).toBe(sizeOfVarlong(value));
      let zigzag = 0n;
      for (let at = end - 1; at >= 0; at -= 1) zigzag = (zigzag << 7n) | BigInt(bytes[at]! & 0x7f);
      expect(Number(zigzag & 1n ? -(zigzag >> 1n) - 1n : zigzag >> 1n)).toBe(value);
      const cursor = { bytes, at: 0 };
      expect(readVarint(cursor)).toBe(value);
      expect(cursor.at).toBe(end);
    }),
  );
});
