// Slicing by 16: sixteen tables let one step take sixteen bytes (Kounavis and Berry, "A Systematic Approach to
// Building High Performance Software-based CRC Generators"). node:zlib has CRC-32 only, which is another polynomial.
const CASTAGNOLI = 0x82f63b78;
/** The tables one behind the other, 256 numbers each. */
const TABLES = new Int32Array(16 * 256);
for (let byte = 0; byte < 256; byte += 1) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ CASTAGNOLI : crc >>> 1;
  TABLES[byte] = crc;
}
for (let at = 256; at < TABLES.length; at += 1) {
  const before = TABLES[at - 256]!;
  TABLES[at] = (before >>> 8) ^ TABLES[before & 0xff]!;
}

const NO_WORDS = new Int32Array(0);

/** CRC-32C of `bytes` from `start` to its end, as record batches have it. Little endian machines only, as all of Node's. */
export function crc32c(bytes: Uint8Array, start = 0): number {
  // a bundle makes variables of constants: in the loop it would be looked at each time whether it still is the same
  const table = TABLES;
  const end = bytes.length;
  let crc = -1;
  let at = start;
  // up to the first address that 32 bit reads can use
  while (at < end && ((bytes.byteOffset + at) & 3) !== 0) crc = (crc >>> 8) ^ table[(crc ^ bytes[at++]!) & 0xff]!;
  const words = at < end ? new Int32Array(bytes.buffer, bytes.byteOffset + at, (end - at) >>> 2) : NO_WORDS;
  const wholeWords = words.length & ~3;
  for (let word = 0; word < wholeWords; word += 4) {
    const a = crc ^ words[word]!;
    const b = words[word + 1]!;
    const c = words[word + 2]!;
    const d = words[word + 3]!;
    crc =
      table[0xf00 | (a & 0xff)]! ^
      table[0xe00 | ((a >>> 8) & 0xff)]! ^
      table[0xd00 | ((a >>> 16) & 0xff)]! ^
      table[0xc00 | (a >>> 24)]! ^
      table[0xb00 | (b & 0xff)]! ^
      table[0xa00 | ((b >>> 8) & 0xff)]! ^
      table[0x900 | ((b >>> 16) & 0xff)]! ^
      table[0x800 | (b >>> 24)]! ^
      table[0x700 | (c & 0xff)]! ^
      table[0x600 | ((c >>> 8) & 0xff)]! ^
      table[0x500 | ((c >>> 16) & 0xff)]! ^
      table[0x400 | (c >>> 24)]! ^
      table[0x300 | (d & 0xff)]! ^
      table[0x200 | ((d >>> 8) & 0xff)]! ^
      table[0x100 | ((d >>> 16) & 0xff)]! ^
      table[d >>> 24]!;
  }
  at += wholeWords * 4;
  while (at < end) crc = (crc >>> 8) ^ table[(crc ^ bytes[at++]!) & 0xff]!;
  return (crc ^ -1) >>> 0;
}
