import type { OutputBuffer } from '../../../connect/output-buffer.ts';
import { javaDouble } from './java-double.ts';

const ZERO = 0x30;
const DASH = 0x2d;
const POINT = 0x2e;
/** The longest form of a double or an int64, with room for what stands around it. */
const LONGEST = 32;
const FRACTION_DIGITS = 8;
const FRACTIONS = 10 ** FRACTION_DIGITS;

/** Writes a whole number of at most 53 bits at `at`, without making a text; returns where it ends. */
export function putInteger(bytes: Uint8Array, at: number, value: number): number {
  if (value < 0) {
    bytes[at] = DASH;
    return putInteger(bytes, at + 1, -value);
  }
  if (value < 1e9) return putShort(bytes, at, value | 0);
  const high = Math.floor(value / FRACTIONS);
  return putPadded(bytes, putShort(bytes, at, high | 0), (value - high * FRACTIONS) | 0, FRACTION_DIGITS);
}

/** Below 1e9, which the 32 bit operators can do. */
function putShort(bytes: Uint8Array, at: number, value: number): number {
  let length = 1;
  for (let limit = 10; value >= limit && length < 9; limit *= 10) length += 1;
  return putPadded(bytes, at, value, length);
}

/** The two digits of each number below 100, one pair behind the other. */
const PAIRS = Uint8Array.from(
  { length: 200 },
  (_, index) => ZERO + (index % 2 === 0 ? (index / 20) | 0 : (index >> 1) % 10),
);

function putPadded(bytes: Uint8Array, at: number, value: number, length: number): number {
  const pairs = PAIRS;
  let rest = value;
  let place = at + length;
  while (place - at >= 2) {
    const hundredth = (rest / 100) | 0;
    const pair = (rest - hundredth * 100) * 2;
    bytes[--place] = pairs[pair + 1]!;
    bytes[--place] = pairs[pair]!;
    rest = hundredth;
  }
  if (place > at) bytes[at] = ZERO + rest;
  return at + length;
}

export function writeInteger(out: OutputBuffer, value: number): void {
  out.reserve(LONGEST);
  out.at = putInteger(out.bytes, out.at, value);
}

/** Writes the little-endian int64 that begins at `from`. */
export function writeInt64(out: OutputBuffer, source: Buffer, from: number): void {
  const high = int32At(source, from + 4);
  const low = int32At(source, from) >>> 0;
  if (isExact(high)) writeInteger(out, high * TWO_32 + low);
  else if (high >= 0) writeLarge(out, high, low);
  else {
    out.ascii('-');
    // two's complement: of -2^63 too, as what comes out has no sign
    writeLarge(out, (low === 0 ? -high : ~high) >>> 0, -low >>> 0);
  }
}

const TWO_32 = 0x1_0000_0000;
const LAST_DIGITS = 6;
const MILLION = 1e6;

/** Up to 53 bits a double is exact. */
const isExact = (high: number): boolean => high >= -0x20_0000 && high < 0x20_0000;

/** 64 bits without a sign, in two parts that each stay below 2^53: a division by hand, with 32 bits for a digit. */
function writeLarge(out: OutputBuffer, high: number, low: number): void {
  const highest = Math.floor(high / MILLION);
  const middle = (high - highest * MILLION) * TWO_32 + low;
  const carried = Math.floor(middle / MILLION);
  writeInteger(out, highest * TWO_32 + carried);
  out.at = putPadded(out.bytes, out.at, middle - carried * MILLION, LAST_DIGITS);
}

/** The int64 that begins at `from`, as a number where that is exact. */
export function int64At(source: Buffer, from: number): number | bigint {
  const high = int32At(source, from + 4);
  return isExact(high) ? high * TWO_32 + (int32At(source, from) >>> 0) : source.readBigInt64LE(from);
}

/** What `readInt32LE` reads, where the bytes are known to be there. */
export const int32At = (source: Buffer, from: number): number =>
  source[from]! | (source[from + 1]! << 8) | (source[from + 2]! << 16) | (source[from + 3]! << 24);

/**
 * Writes a double as `javaDouble` does. One with up to eight digits behind the point costs no text: a decimal of at most
 * 15 digits that reads back to a double is the shortest one, for no other of so few digits does.
 */
export function writeDouble(out: OutputBuffer, value: number): void {
  const size = Math.abs(value);
  const fractions = Math.round(size * FRACTIONS);
  // Java writes others with an exponent
  if (!(size >= 1e-3 && size < 1e7) || fractions / FRACTIONS !== size) {
    out.ascii(javaDouble(value));
    return;
  }
  out.reserve(LONGEST);
  const { bytes } = out;
  let { at } = out;
  if (value < 0) bytes[at++] = DASH;
  const whole = Math.floor(fractions / FRACTIONS);
  at = putShort(bytes, at, whole | 0);
  bytes[at++] = POINT;
  const first = at;
  at = putPadded(bytes, at, (fractions - whole * FRACTIONS) | 0, FRACTION_DIGITS);
  while (bytes[at - 1] === ZERO && at - 1 > first) at -= 1;
  out.at = at;
}

const DOUBLE = new Float64Array(1);
const DOUBLE_BYTES = new Uint8Array(DOUBLE.buffer);

/** What `readDoubleLE` reads, where the bytes are known to be there. Little endian machines only, as all of Node's. */
export function doubleAt(source: Buffer, from: number): number {
  const bytes = DOUBLE_BYTES;
  for (let byte = 0; byte < 8; byte += 1) bytes[byte] = source[from + byte]!;
  return DOUBLE[0]!;
}
