import type { Header } from '../../connect/records.ts';
import type { ProducerRecord } from './producer.ts';
import { sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong } from './varint.ts';

/** An upper bound of a record's bytes inside a batch, headers apart: five varints of at most 5 bytes, one of 10, attributes. */
const RECORD_OVERHEAD = 36;
const NULL_SIZE = sizeOfVarint(-1);
// below it a loop beats the call of TypedArray.prototype.set
const SHORT = 24;

/** At least as many bytes as the record takes in a batch; what lanes and limits count with. */
export function recordBytes({ key, value, headers }: ProducerRecord): number {
  const ofHeaders = headers === undefined ? 0 : headerBytes(headers).length - 1;
  return RECORD_OVERHEAD + (key === null ? 0 : key.length) + (value === null ? 0 : value.length) + ofHeaders;
}

/**
 * Writes a record as it is in a batch: `index` is its place there, `age` the milliseconds since the batch's first record.
 * Returns where it ends.
 */
export function putRecord(bytes: Buffer, offset: number, record: ProducerRecord, index: number, age: number): number {
  const { key, value, headers } = record;
  const ofHeaders = headers === undefined ? NO_HEADERS : headerBytes(headers);
  const size = 1 + sizeOfVarlong(age) + sizeOfVarint(index) + sizeOfBytes(key) + sizeOfBytes(value) + ofHeaders.length;
  let at = writeVarint(bytes, offset, size);
  bytes[at++] = 0; // attributes, unused
  at = writeVarlong(bytes, at, age);
  at = writeVarint(bytes, at, index);
  at = writeBytes(bytes, at, key);
  at = writeBytes(bytes, at, value);
  return copy(bytes, at, ofHeaders);
}

const NO_HEADERS = Buffer.of(0);
/** Most records of a task have the very same headers. */
let last: { readonly headers: readonly Header[]; readonly bytes: Buffer } = { headers: [], bytes: NO_HEADERS };

/** The headers of a record with their number before them; nobody changes an array of headers. */
function headerBytes(headers: readonly Header[]): Buffer {
  if (headers !== last.headers) last = { headers, bytes: encodeHeaders(headers) };
  return last.bytes;
}

function encodeHeaders(headers: readonly Header[]): Buffer {
  const size = headers.reduce((sum, header) => sum + sizeOfHeader(header), sizeOfVarint(headers.length));
  const bytes = Buffer.allocUnsafe(size);
  let at = writeVarint(bytes, 0, headers.length);
  for (const [name, value] of headers) {
    at = writeVarint(bytes, at, Buffer.byteLength(name));
    at = writeBytes(bytes, at + bytes.write(name, at), value);
  }
  return bytes;
}

function sizeOfHeader([name, value]: Header): number {
  const length = Buffer.byteLength(name);
  return sizeOfVarint(length) + length + sizeOfBytes(value);
}

const sizeOfBytes = (bytes: Uint8Array | null): number =>
  bytes === null ? NULL_SIZE : sizeOfVarint(bytes.length) + bytes.length;

const writeBytes = (target: Buffer, offset: number, bytes: Uint8Array | null): number =>
  bytes === null ? writeVarint(target, offset, -1) : copy(target, writeVarint(target, offset, bytes.length), bytes);

function copy(target: Buffer, at: number, bytes: Uint8Array): number {
  const { length } = bytes;
  if (length < SHORT) for (let index = 0; index < length; index += 1) target[at + index] = bytes[index]!;
  else target.set(bytes, at);
  return at + length;
}
