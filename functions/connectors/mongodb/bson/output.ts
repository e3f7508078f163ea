/** A growing buffer of BSON; `at` is where the next byte goes. */
export type Output = { bytes: Buffer; at: number };

export const createOutput = (capacity: number): Output => ({ bytes: Buffer.allocUnsafe(capacity), at: 0 });

/** Makes room for `count` more bytes. */
export function reserve(out: Output, count: number): void {
  const needed = out.at + count;
  if (needed <= out.bytes.length) return;
  const larger = Buffer.allocUnsafe(Math.max(needed, out.bytes.length * 2));
  out.bytes.copy(larger, 0, 0, out.at);
  out.bytes = larger;
}

export function writeByte(out: Output, value: number): void {
  reserve(out, 1);
  out.bytes[out.at++] = value;
}

export function writeInt32(out: Output, value: number): void {
  reserve(out, 4);
  out.at = out.bytes.writeInt32LE(value, out.at);
}

export function writeUint32(out: Output, value: number): void {
  reserve(out, 4);
  out.at = out.bytes.writeUInt32LE(value, out.at);
}

export function writeInt64(out: Output, value: bigint): void {
  reserve(out, 8);
  out.at = out.bytes.writeBigInt64LE(value, out.at);
}

export function writeDouble(out: Output, value: number): void {
  reserve(out, 8);
  out.at = out.bytes.writeDoubleLE(value, out.at);
}

export function writeBytes(out: Output, bytes: Uint8Array): void {
  reserve(out, bytes.length);
  out.bytes.set(bytes, out.at);
  out.at += bytes.length;
}

/** UTF-8 with a zero byte behind it; `text` must not hold one. */
export function writeCString(out: Output, text: string): void {
  reserve(out, text.length * 3 + 1);
  out.at += out.bytes.write(text, out.at, 'utf8');
  out.bytes[out.at++] = 0;
}

/** BSON's string value: its length, UTF-8, a zero byte. */
export function writeString(out: Output, text: string): void {
  reserve(out, text.length * 3 + 5);
  const length = out.bytes.write(text, out.at + 4, 'utf8') + 1;
  out.bytes.writeInt32LE(length, out.at);
  out.at += 4 + length;
  out.bytes[out.at - 1] = 0;
}

/** Begins a document or array (4 bytes of length to fill in); `endDocument` takes the result. */
export function beginDocument(out: Output): number {
  reserve(out, 4);
  out.at += 4;
  return out.at - 4;
}

export function endDocument(out: Output, start: number): void {
  writeByte(out, 0);
  out.bytes.writeInt32LE(out.at - start, start);
}

/** A copy of what was written, of its own size. */
export const takeBytes = (out: Output, from = 0): Buffer => Buffer.from(out.bytes.subarray(from, out.at));
