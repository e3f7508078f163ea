/** Zigzag varints as Kafka's record format has them: 32 bits (`Varint`) and 64 bits (`Varlong`, here within ±2^53). */

export function sizeOfVarint(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  if (zigzag < 0x80) return 1;
  if (zigzag < 0x4000) return 2;
  if (zigzag < 0x20_0000) return 3;
  return zigzag < 0x1000_0000 ? 4 : 5;
}

/** Writes and returns the offset behind it. */
export function writeVarint(bytes: Uint8Array, offset: number, value: number): number {
  let zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  let at = offset;
  while (zigzag >= 0x80) {
    bytes[at++] = (zigzag & 0x7f) | 0x80;
    zigzag >>>= 7;
  }
  bytes[at++] = zigzag;
  return at;
}

// 30 bits: their zigzag fits what the 32 bit operators can do
const isSmall = (value: number): boolean => value >= -0x2000_0000 && value < 0x2000_0000;

export function sizeOfVarlong(value: number): number {
  if (isSmall(value)) return sizeOfVarint(value);
  let size = 1;
  for (let zigzag = toZigzag64(value); zigzag >= 0x80n; zigzag >>= 7n) size += 1;
  return size;
}

export function writeVarlong(bytes: Uint8Array, offset: number, value: number): number {
  if (isSmall(value)) return writeVarint(bytes, offset, value);
  let at = offset;
  let zigzag = toZigzag64(value);
  for (; zigzag >= 0x80n; zigzag >>= 7n) bytes[at++] = Number(zigzag & 0x7fn) | 0x80;
  bytes[at++] = Number(zigzag);
  return at;
}

const toZigzag64 = (value: number): bigint => (value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value));

/** Reads what `writeVarint` or `writeVarlong` wrote, and moves the cursor behind it. */
export function readVarint(cursor: { readonly bytes: Uint8Array; at: number }): number {
  let zigzag = 0n;
  for (let shift = 0n; ; shift += 7n) {
    const byte = cursor.bytes[cursor.at++]!;
    zigzag |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return Number(zigzag & 1n ? -(zigzag >> 1n) - 1n : zigzag >> 1n);
  }
}
