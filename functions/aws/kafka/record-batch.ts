import type { BatchBuffers } from './batch-buffers.ts';
import { crc32c } from './crc32c.ts';
import type { ProducerRecord } from './producer.ts';
import { putRecord, recordBytes } from './record-bytes.ts';

/** Who produces a batch, and its place among the batches of its topic-partition. */
export type BatchIdentity = { readonly producerId: bigint; readonly epoch: number; readonly sequence: number };

/** A codec of KIP-98's attributes with what makes its bytes; `none` compresses nothing. */
export type Codec = { readonly id: number; readonly compress?: (bytes: Buffer) => Promise<Buffer> };

export const NO_CODEC: Codec = { id: 0 };

// Record batch, format v2: base offset 8, length 4, leader epoch 4, magic 1, CRC 4, attributes 2, last offset delta 4,
// base timestamp 8, max timestamp 8, producer id 8, producer epoch 2, base sequence 4, record count 4
const BASE_OFFSET_AND_LENGTH = 12;
const MAGIC_AT = 16;
const CRC_AT = 17;
const CRC_FROM = 21;
export const BATCH_OVERHEAD = 61;

/** Records as their bytes in a batch, behind the room for its head; they are copied here, and from here to the socket. */
export type BatchRecords = {
  bytes: Buffer;
  /** Where the next record goes. */
  at: number;
  count: number;
  /** The time of the first record, which those of all others are counted from, and the latest; milliseconds since 1970. */
  base: number;
  latest: number;
};

/** No records yet, and room for so many bytes of them. */
export const noRecords = (buffers: BatchBuffers, bytes: number): BatchRecords => ({
  bytes: buffers.take(BATCH_OVERHEAD + bytes),
  at: BATCH_OVERHEAD,
  count: 0,
  base: 0,
  latest: 0,
});

/** Copies a record to the end of the others; one without a timestamp gets `now`. */
export function append(records: BatchRecords, record: ProducerRecord, now: number, buffers: BatchBuffers): void {
  const needed = records.at + recordBytes(record);
  if (needed > records.bytes.length) grow(records, needed, buffers);
  const timestamp = record.timestamp ?? now;
  if (records.count === 0) {
    records.base = timestamp;
    records.latest = timestamp;
  } else if (timestamp > records.latest) records.latest = timestamp;
  records.at = putRecord(records.bytes, records.at, record, records.count, timestamp - records.base);
  records.count += 1;
}

function grow(records: BatchRecords, needed: number, buffers: BatchBuffers): void {
  const larger = buffers.take(needed);
  records.bytes.copy(larger, 0, 0, records.at);
  buffers.give(records.bytes);
  records.bytes = larger;
}

/**
 * Makes the record batch, in the very buffer that the records are in.
 *
 * Offsets are relative, so the broker only fills in the first one.
 */
export const toBatch = (records: BatchRecords, identity: BatchIdentity): Buffer =>
  seal(records.bytes.subarray(0, records.at), records, identity, NO_CODEC);

/** As `toBatch`, with the records compressed, off this thread, into a buffer of their own. */
export async function toCompressedBatch(records: BatchRecords, identity: BatchIdentity, codec: Codec): Promise<Buffer> {
  if (codec.compress === undefined) return toBatch(records, identity);
  const compressed = await codec.compress(records.bytes.subarray(BATCH_OVERHEAD, records.at));
  const batch = Buffer.allocUnsafe(BATCH_OVERHEAD + compressed.length);
  batch.set(compressed, BATCH_OVERHEAD);
  return seal(batch, records, identity, codec);
}

function seal(
  batch: Buffer,
  { base, count, latest }: BatchRecords,
  { producerId, epoch, sequence }: BatchIdentity,
  codec: Codec,
): Buffer {
  batch.writeBigInt64BE(0n, 0);
  batch.writeInt32BE(batch.length - BASE_OFFSET_AND_LENGTH, 8);
  batch.writeInt32BE(-1, 12); // leader epoch: the broker's business
  batch[MAGIC_AT] = 2;
  batch.writeInt16BE(codec.id, CRC_FROM); // CreateTime, not transactional
  batch.writeInt32BE(count - 1, 23);
  batch.writeBigInt64BE(BigInt(base), 27);
  batch.writeBigInt64BE(BigInt(latest), 35);
  batch.writeBigInt64BE(producerId, 43);
  batch.writeInt16BE(epoch, 51);
  batch.writeInt32BE(sequence, 53);
  batch.writeInt32BE(count, 57);
  batch.writeUInt32BE(crc32c(batch, CRC_FROM), CRC_AT);
  return batch;
}
