import type { Header } from '../../connect/records.ts';
import type { ProducerRecord } from './producer.ts';
import { BATCH_OVERHEAD, type BatchRecords } from './record-batch.ts';
import { readVarint } from './varint.ts';

/**
 * The records of a batch as they were, with their timestamps: views of its bytes.
 *
 * Only for what a broker refused as a whole: nothing but its bytes is kept of a record that is under way.
 */
export function readRecords(
  { at: end, base, bytes }: BatchRecords,
  { topic, partition }: { readonly topic: string; readonly partition: number },
): ProducerRecord[] {
  const records: ProducerRecord[] = [];
  const cursor = { bytes, at: BATCH_OVERHEAD };
  while (cursor.at < end) {
    readVarint(cursor); // its size
    cursor.at += 1; // attributes
    const age = readVarint(cursor);
    readVarint(cursor); // its place
    const key = readBytes(cursor);
    const value = readBytes(cursor);
    const count = readVarint(cursor);
    const headers = Array.from({ length: count }, () => readHeader(cursor));
    records.push({ topic, partition, key, value, timestamp: base + age, ...(count > 0 && { headers }) });
  }
  return records;
}

type Cursor = { readonly bytes: Buffer; at: number };

function readBytes(cursor: Cursor): Buffer | null {
  const length = readVarint(cursor);
  if (length < 0) return null;
  cursor.at += length;
  return cursor.bytes.subarray(cursor.at - length, cursor.at);
}

function readHeader(cursor: Cursor): Header {
  const name = readBytes(cursor) ?? '';
  return [String(name), readBytes(cursor)];
}
