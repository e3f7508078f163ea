import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { murmur2, partitionOf } from '../../../../functions/aws/kafka/partitioner.ts';

// kafkajs's agrees with the Java client's on 20,000 random keys
const reference = createRequire(import.meta.url)('kafkajs/src/producer/partitioners/default/murmur2.js') as (
  key: Buffer,
) => number;

// org.apache.kafka.common.utils.UtilsTest.testMurmur2
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
])('hashes %s as the Java client does', (key, expected) => {
  expect(murmur2(Buffer.from(key))).toBe(expected);
});

test('hashes any key as kafkajs does', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (key) => {
      expect(murmur2(key)).toBe(reference(Buffer.from(key)));
    }),
  );
});

test('a hash below zero loses its sign bit, not its sign', () => {
  expect(partitionOf(Buffer.from('21'), 6)).toBe((-973932308 & 0x7fff_ffff) % 6);
});
