import { createRequire } from 'node:module';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openBatchBuffers } from '../../../../functions/aws/kafka/batch-buffers.ts';
import { codecs } from '../../../../functions/aws/kafka/codecs.ts';
import { crc32c } from '../../../../functions/aws/kafka/crc32c.ts';
import type { ProducerRecord } from '../../../../functions/aws/kafka/producer.ts';
import { readRecords } from '../../../../functions/aws/kafka/read-records.ts';
import {
  append,
  BATCH_OVERHEAD,
  type BatchRecords,
  noRecords,
  toBatch,
  toCompressedBatch,
} from '../../../../functions/aws/kafka/record-batch.ts';
import { recordBytes } from '../../../../functions/aws/kafka/record-bytes.ts';

// kafkajs's own encoder and decoder, the reference; its inner modules have no types
const require = createRequire(import.meta.url);
const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0/index.js') as {
  RecordBatch(batch: unknown): Promise<{ buffer: Buffer }>;
};
const Record = require('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (record: unknown) => unknown;
const decodeRecordBatch = require('kafkajs/src/protocol/recordBatch/v0/decoder.js') as (
  decoder: unknown,
) => Promise<{ records: { key: Buffer | null; value: Buffer | null; headers: object; timestamp: string }[] }>;
const Decoder = require('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => object;

const NOW = 1_764_000_000_000;
const identity = { producerId: 4711n, epoch: 3, sequence: 2 ** 31 - 2 };

function gathered(batch: readonly ProducerRecord[]): BatchRecords {
  const buffers = openBatchBuffers();
  const gathering = noRecords(buffers, 100);
  for (const record of batch) append(gathering, record, NOW, buffers);
  return gathering;
}

const encoded = (batch: readonly ProducerRecord[]): Buffer => toBatch(gathered(batch), identity);

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
// as a number it would change its place in kafkajs's header object
const headerName = fc.string().map((name) => `h${name}`);
const records: fc.Arbitrary<ProducerRecord[]> = fc.array(
  fc.record({
    topic: fc.constant('orders'),
    key: fc.option(bytes),
    value: fc.option(bytes),
    headers: fc.uniqueArray(fc.tuple(headerName, bytes), { selector: ([name]) => name, maxLength: 3 }),
    timestamp: fc.option(fc.integer({ min: 0, max: 4_000_000_000_000 }), { nil: undefined }),
  }),
  { minLength: 1, maxLength: 200 },
);

test('a batch has the bytes of kafkajs’s encoder, but for the leader epoch that only brokers set', async () => {
  await fc.assert(
    fc.asyncProperty(records, async (batch) => {
      const timestamps = batch.map(({ timestamp }) => timestamp ?? NOW);
      const base = timestamps[0]!;
      const expected = await RecordBatch({
        records: batch.map(({ key, value, headers }, index) =>
          Record({
            offsetDelta: index,
            timestampDelta: timestamps[index]! - base,
            key,
            value,
            headers: Object.fromEntries(headers ?? []),
          }),
        ),
        partitionLeaderEpoch: -1,
        firstTimestamp: base,
        maxTimestamp: Math.max(...timestamps),
        lastOffsetDelta: batch.length - 1,
        producerId: identity.producerId.toString(),
        producerEpoch: identity.epoch,
        firstSequence: identity.sequence,
      });
      expect(encoded(batch).equals(expected.buffer)).toBe(true);
    }),
  );
});

test('kafkajs’s decoder reads a batch back, with header values of null and names that repeat', async () => {
  const batch: ProducerRecord[] = [
    { topic: 't', key: Buffer.from('k'), value: null, headers: [['a', null]] },
    {
      topic: 't',
      key: null,
      value: Buffer.from('v'),
      headers: [
        ['b', Buffer.from('1')],
        ['b', Buffer.from('2')],
      ],
      timestamp: 5,
    },
  ];
  const decoder = new Decoder(encoded(batch));
  const { records: read } = await decodeRecordBatch(decoder);
  expect(read.map(({ key, value }) => [key, value])).toEqual([
    [Buffer.from('k'), null],
    [null, Buffer.from('v')],
  ]);
  expect(read.map(({ timestamp }) => timestamp)).toEqual([String(NOW), '5']);
  expect(read[0]!.headers).toEqual({ a: null });
  expect(read[1]!.headers).toEqual({ b: [Buffer.from('1'), Buffer.from('2')] });
});

test.each([
  ['gzip', 1, gunzipSync],
  ['zstd', 4, zstdDecompressSync],
] as const)('%s compresses the records alone and notes its codec', async (name, id, decompress) => {
  const batch = [{ topic: 't', key: Buffer.from('k'), value: Buffer.alloc(1000, 'v') }];
  const plain = encoded(batch);
  const compressed = await toCompressedBatch(gathered(batch), identity, codecs[name]);
  expect(compressed.length).toBeLessThan(plain.length);
  expect(compressed.readInt16BE(21)).toBe(id);
  expect(compressed.readInt32BE(8)).toBe(compressed.length - 12);
  expect(compressed.readUInt32BE(17)).toBe(crc32c(compressed, 21));
  expect(decompress(compressed.subarray(BATCH_OVERHEAD))).toEqual(plain.subarray(BATCH_OVERHEAD));
});

test('a record is never counted for less than it takes', () => {
  fc.assert(
    fc.property(records, (batch) => {
      const counted = batch.reduce((sum, record) => sum + recordBytes(record), 0);
      expect(encoded(batch).length - BATCH_OVERHEAD).toBeLessThanOrEqual(counted);
    }),
  );
});

test('records are read back as they were, with the time that they got', () => {
  fc.assert(
    fc.property(records, (batch) => {
      const expected = batch.map(({ headers, key, timestamp = NOW, topic, value }) => {
        return { topic, partition: 3, key, value, timestamp, ...(headers && headers.length > 0 && { headers }) };
      });
      expect(readRecords(gathered(batch), { topic: 'orders', partition: 3 })).toEqual(expected);
    }),
  );
});

test('the bytes of a record are copied, so that they may be written over', () => {
  const value = Buffer.from('before');
  const batch = gathered([{ topic: 't', key: null, value }]);
  value.fill('x');
  expect(String(readRecords(batch, { topic: 't', partition: 0 })[0]?.value)).toBe('before');
});
