import type { Piece } from '../../../connect/put-memory.ts';

/** A growing buffer of BSON. */
export type Output = Piece;

export function createOutput(capacity: number): Output {
  const bytes = Buffer.allocUnsafe(capacity);
  return { bytes, view: viewOf(bytes), at: 0 };
}

/** The bytes as words of any place. */
export const viewOf = (bytes: Buffer): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** What was written from `start` on, without a copy. */
export const writtenSince = (out: Output, start: number): Buffer => out.bytes.subarray(start, out.at);

/** Makes room for `count` more bytes. */
export function reserve(out: Output, count: number): void {
  if (out.at + count > out.bytes.length) grow(out, out.at + count);
}

function grow(out: Output, needed: number): void {
  const larger = Buffer.allocUnsafeSlow(Math.max(needed, out.bytes.length * 2));
  out.bytes.copy(larger, 0, 0, out.at);
  out.bytes = larger;
  out.view = viewOf(larger);
}

export function writeByte(out: Output, value: number): void {
  reserve(out, 1);
  out.bytes[out.at++] = value;
}

/** Signed or unsigned: the same 32 bits. */
export function writeInt32(out: Output, value: number): void {
  reserve(out, 4);
  out.view.setInt32(out.at, value, true);
  out.at += 4;
}

export function writeInt64(out: Output, value: bigint): void {
  reserve(out, 8);
  out.at = out.bytes.writeBigInt64LE(value, out.at);
}

/** The same from its two halves. */
export function writeHalves(out: Output, low: number, high: number): void {
  reserve(out, 8);
  out.view.setInt32(out.at, low, true);
  out.view.setInt32(out.at + 4, high, true);
  out.at += 8;
}

export function writeDouble(out: Output, value: number): void {
  reserve(out, 8);
  out.view.setFloat64(out.at, value, true);
  out.at += 8;
}

export function writeBytes(out: Output, bytes: Uint8Array): void {
  reserve(out, bytes.length);
  out.bytes.set(bytes, out.at);
  out.at += bytes.length;
}

/** UTF-8 with a zero byte behind it; `text` must not hold one. */
export function writeCString(out: Output, text: string): void {
  reserve(out, text.length * 3 + 1);
  out.at += setText(out.bytes, out.at, text);
  out.bytes[out.at++] = 0;
}

/** BSON's string value: its length, UTF-8, a zero byte. */
export function writeString(out: Output, text: string): void {
  reserve(out, text.length * 3 + 5);
  const length = setText(out.bytes, out.at + 4, text) + 1;
  out.view.setInt32(out.at, length, true);
  out.at += 4 + length;
  out.bytes[out.at - 1] = 0;
}

/** Up to here a loop is faster than the call of what is native. */
const SHORT_TEXT = 24;

/** UTF-8, into bytes that are there; returns how many it is. */
function setText(bytes: Buffer, at: number, text: string): number {
  if (text.length > SHORT_TEXT) return bytes.write(text, at, 'utf8');
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) return bytes.write(text, at, 'utf8');
    bytes[at + index] = unit;
  }
  return text.length;
}

/** Type and name of a field, before its value. */
export function writeHead(out: Output, type: number, name: string): void {
  writeByte(out, type);
  writeCString(out, name);
}

/** A field whose value is BSON already. */
export function writeField(out: Output, type: number, name: string, value: Uint8Array): void {
  writeHead(out, type, name);
  writeBytes(out, value);
}

/** Begins a document or array (4 bytes of length to fill in); `endDocument` takes the result. */
export function beginDocument(out: Output): number {
  reserve(out, 4);
  out.at += 4;
  return out.at - 4;
}

export function endDocument(out: Output, start: number): void {
  writeByte(out, 0);
  out.view.setInt32(start, out.at - start, true);
}

/** A copy of what was written, of its own size. */
export const takeBytes = (out: Output, from = 0): Buffer => Buffer.from(out.bytes.subarray(from, out.at));
