// Slicing by 16: sixteen tables let one step take sixteen bytes (Kounavis and Berry, "A Systematic Approach to
// Building High Performance Software-based CRC Generators"). node:zlib has CRC-32 only, which is another polynomial.
const CASTAGNOLI = 0x82f63b78;
const TABLES = Array.from({ length: 16 }, () => new Int32Array(256));
for (let byte = 0; byte < 256; byte += 1) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ CASTAGNOLI : crc >>> 1;
  TABLES[0]![byte] = crc;
}
for (let table = 1; table < 16; table += 1) {
  for (let byte = 0; byte < 256; byte += 1) {
    const before = TABLES[table - 1]![byte]!;
    TABLES[table]![byte] = (before >>> 8) ^ TABLES[0]![before & 0xff]!;
  }
}
const [T0, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15] = TABLES as [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
];

const NO_WORDS = new Int32Array(0);

/** CRC-32C of `bytes` from `start` to its end, as record batches have it. Little endian machines only, as all of Node's. */
export function crc32c(bytes: Uint8Array, start = 0): number {
  const end = bytes.length;
  let crc = -1;
  let at = start;
  // up to the first address that 32 bit reads can use
  while (at < end && ((bytes.byteOffset + at) & 3) !== 0) crc = (crc >>> 8) ^ T0[(crc ^ bytes[at++]!) & 0xff]!;
  const words = at < end ? new Int32Array(bytes.buffer, bytes.byteOffset + at, (end - at) >>> 2) : NO_WORDS;
  const wholeWords = words.length & ~3;
  for (let word = 0; word < wholeWords; word += 4) {
    const a = crc ^ words[word]!;
    const b = words[word + 1]!;
    const c = words[word + 2]!;
    const d = words[word + 3]!;
    crc =
      T15[a & 0xff]! ^
      T14[(a >>> 8) & 0xff]! ^
      T13[(a >>> 16) & 0xff]! ^
      T12[a >>> 24]! ^
      T11[b & 0xff]! ^
      T10[(b >>> 8) & 0xff]! ^
      T9[(b >>> 16) & 0xff]! ^
      T8[b >>> 24]! ^
      T7[c & 0xff]! ^
      T6[(c >>> 8) & 0xff]! ^
      T5[(c >>> 16) & 0xff]! ^
      T4[c >>> 24]! ^
      T3[d & 0xff]! ^
      T2[(d >>> 8) & 0xff]! ^
      T1[(d >>> 16) & 0xff]! ^
      T0[d >>> 24]!;
  }
  at += wholeWords * 4;
  while (at < end) crc = (crc >>> 8) ^ T0[(crc ^ bytes[at++]!) & 0xff]!;
  return (crc ^ -1) >>> 0;
}
