import type { Header } from '../../connect/records.ts';
import { crc32c } from './crc32c.ts';
import type { ProducerRecord } from './producer.ts';
import { sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong } from './varint.ts';

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

/** An upper bound of a record's bytes inside a batch, headers apart: five varints of at most 5 bytes, one of 10, attributes. */
const RECORD_OVERHEAD = 36;
const NULL_SIZE = sizeOfVarint(-1);
// below it a loop beats the call of TypedArray.prototype.set
const SHORT = 24;

/**
 * Writes records as one record batch, straight into the buffer that goes to the socket.
 *
 * Records without a timestamp get `now`. Offsets are relative, so the broker only fills in the first one.
 */
export function encodeBatch(records: readonly ProducerRecord[], identity: BatchIdentity, now: number): Buffer {
  const sizes = sizesOf(records, now);
  const batch = Buffer.allocUnsafe(BATCH_OVERHEAD + sizes.total);
  writeRecords(batch, BATCH_OVERHEAD, records, sizes.bodies, now);
  return seal(batch, records, identity, NO_CODEC, now);
}

/** As `encodeBatch`, with the records compressed, off this thread. */
export async function encodeCompressedBatch(
  records: readonly ProducerRecord[],
  identity: BatchIdentity,
  now: number,
  codec: Codec,
): Promise<Buffer> {
  if (codec.compress === undefined) return encodeBatch(records, identity, now);
  const sizes = sizesOf(records, now);
  const plain = Buffer.allocUnsafe(sizes.total);
  writeRecords(plain, 0, records, sizes.bodies, now);
  const compressed = await codec.compress(plain);
  const batch = Buffer.allocUnsafe(BATCH_OVERHEAD + compressed.length);
  batch.set(compressed, BATCH_OVERHEAD);
  return seal(batch, records, identity, codec, now);
}

/** At least as many bytes as the record takes in a batch; what lanes and limits count with. */
export function recordBytes({ key, value, headers }: ProducerRecord): number {
  let bytes = RECORD_OVERHEAD + (key === null ? 0 : key.length) + (value === null ? 0 : value.length);
  if (headers !== undefined) for (const header of headers) bytes += sizeOfHeader(header);
  return bytes;
}

function sizesOf(records: readonly ProducerRecord[], now: number): { bodies: Int32Array; total: number } {
  const bodies = new Int32Array(records.length);
  const base = records[0]!.timestamp ?? now;
  let total = 0;
  for (let index = 0; index < records.length; index += 1) {
    const { key, value, headers, timestamp } = records[index]!;
    let body =
      1 + sizeOfVarlong((timestamp ?? now) - base) + sizeOfVarint(index) + sizeOfBytes(key) + sizeOfBytes(value);
    body += sizeOfVarint(headers === undefined ? 0 : headers.length);
    if (headers !== undefined) for (const header of headers) body += sizeOfHeader(header);
    bodies[index] = body;
    total += sizeOfVarint(body) + body;
  }
  return { bodies, total };
}

function writeRecords(
  bytes: Buffer,
  offset: number,
  records: readonly ProducerRecord[],
  bodies: Int32Array,
  now: number,
): void {
  const base = records[0]!.timestamp ?? now;
  let at = offset;
  for (let index = 0; index < records.length; index += 1) {
    const { key, value, headers, timestamp } = records[index]!;
    at = writeVarint(bytes, at, bodies[index]!);
    bytes[at++] = 0; // attributes, unused
    at = writeVarlong(bytes, at, (timestamp ?? now) - base);
    at = writeVarint(bytes, at, index);
    at = writeBytes(bytes, at, key);
    at = writeBytes(bytes, at, value);
    at = writeVarint(bytes, at, headers === undefined ? 0 : headers.length);
    if (headers !== undefined) for (const header of headers) at = writeHeader(bytes, at, header);
  }
}

function seal(
  batch: Buffer,
  records: readonly ProducerRecord[],
  { producerId, epoch, sequence }: BatchIdentity,
  codec: Codec,
  now: number,
): Buffer {
  const base = records[0]!.timestamp ?? now;
  let latest = base;
  for (const { timestamp } of records) latest = Math.max(latest, timestamp ?? now);
  batch.writeBigInt64BE(0n, 0);
  batch.writeInt32BE(batch.length - BASE_OFFSET_AND_LENGTH, 8);
  batch.writeInt32BE(-1, 12); // leader epoch: the broker's business
  batch[MAGIC_AT] = 2;
  batch.writeInt16BE(codec.id, CRC_FROM); // CreateTime, not transactional
  batch.writeInt32BE(records.length - 1, 23);
  batch.writeBigInt64BE(BigInt(base), 27);
  batch.writeBigInt64BE(BigInt(latest), 35);
  batch.writeBigInt64BE(producerId, 43);
  batch.writeInt16BE(epoch, 51);
  batch.writeInt32BE(sequence, 53);
  batch.writeInt32BE(records.length, 57);
  batch.writeUInt32BE(crc32c(batch, CRC_FROM), CRC_AT);
  return batch;
}

const sizeOfBytes = (bytes: Uint8Array | null): number =>
  bytes === null ? NULL_SIZE : sizeOfVarint(bytes.length) + bytes.length;

function sizeOfHeader([name, value]: Header): number {
  const length = Buffer.byteLength(name);
  return sizeOfVarint(length) + length + sizeOfBytes(value);
}

function writeBytes(target: Buffer, offset: number, bytes: Uint8Array | null): number {
  if (bytes === null) return writeVarint(target, offset, -1);
  const length = bytes.length;
  const at = writeVarint(target, offset, length);
  if (length < SHORT) for (let index = 0; index < length; index += 1) target[at + index] = bytes[index]!;
  else target.set(bytes, at);
  return at + length;
}

function writeHeader(target: Buffer, offset: number, [name, value]: Header): number {
  const at = writeVarint(target, offset, Buffer.byteLength(name));
  return writeBytes(target, at + target.write(name, at), value);
}
