import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32c } from '../../../../functions/aws/kafka/crc32c.ts';

// RFC 3720, B.4
test.each([
  ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
  ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['ascending', Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e],
  ['the check value of the catalogue of CRCs', Buffer.from('123456789'), 0xe3069283],
  ['nothing', Buffer.alloc(0), 0],
])('is right for %s', (_, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});

test('does not depend on where the bytes lie in memory', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(9), fc.nat(9), (bytes, before, skipped) => {
      const placed = Buffer.concat([Buffer.alloc(before + skipped), bytes]).subarray(before);
      expect(crc32c(placed, skipped)).toBe(bitByBit(bytes));
    }),
  );
});

function bitByBit(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ -1) >>> 0;
}
