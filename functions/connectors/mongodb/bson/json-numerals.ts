import { CHAR, type Cursor, endsNumber, isDigit, refuse, takeNumber } from './json-scanner.ts';
import { type Output, writeDouble, writeHalves, writeInt32, writeInt64 } from './output.ts';
import { BSON_TYPE } from './types.ts';

/** As many digits as every integer of a double has. */
export const EXACT_DIGITS = 15;
/** As many as an integer of 64 bits has at least. */
export const LONG_DIGITS = 18;
const POWERS_OF_TEN = Array.from({ length: EXACT_DIGITS + 1 }, (_, power) => 10 ** power);

/**
 * Writes the number at the cursor, which is at a digit or a minus: an integer is int32 where it fits, else int64;
 * anything with a point or an exponent is a double.
 */
export function writeNumber(cursor: Cursor, out: Output): number {
  const { at: begin, bytes } = cursor;
  const isNegative = bytes[begin] === CHAR.minus;
  const start = isNegative ? begin + 1 : begin;
  cursor.at = start;
  let value = takeDigits(cursor);
  const pointAt = cursor.at;
  const isInteger = bytes[pointAt] !== CHAR.point;
  let decimals = 0;
  if (!isInteger) {
    cursor.at++;
    const fraction = takeDigits(cursor);
    decimals = cursor.at - pointAt - 1;
    value = value * POWERS_OF_TEN[Math.min(decimals, EXACT_DIGITS)]! + fraction;
  }
  const { at } = cursor;
  const isPlain = pointAt > start && (isInteger || decimals > 0) && endsNumber(cursor, at);
  const isLong = at - start > EXACT_DIGITS;
  const isExact = !isLong || (isInteger && at - start <= LONG_DIGITS && bytes[start] !== CHAR.zero);
  if (!isPlain || !isExact) {
    cursor.at = begin;
    return writeAnyNumber(cursor, out);
  }
  if (!isInteger) {
    // both are exact, so the quotient is what any reader rounds to
    writeDouble(out, (isNegative ? -value : value) / POWERS_OF_TEN[decimals]!);
    return BSON_TYPE.double;
  }
  if (isLong) {
    writeDigits(out, bytes, start, at, isNegative);
    return BSON_TYPE.int64;
  }
  return writeInteger(out, isNegative ? -value : value);
}

function writeInteger(out: Output, value: number): number {
  if (value === (value | 0)) {
    writeInt32(out, value);
    return BSON_TYPE.int32;
  }
  writeWhole(out, value);
  return BSON_TYPE.int64;
}

/** An integer that a double holds, as 64 bits. */
export function writeWhole(out: Output, value: number): void {
  const high = Math.floor(value / TWO_TO_32);
  writeHalves(out, value - high * TWO_TO_32, high);
}

const TWO_TO_16 = 2 ** 16;
const TWO_TO_32 = 2 ** 32;
const BILLION_DIGITS = 9;

/** Up to eighteen digits as 64 bits: in two parts, whose product fits in doubles a quarter at a time. */
export function writeDigits(out: Output, bytes: Uint8Array, start: number, end: number, isNegative: boolean): void {
  const middle = Math.max(start, end - BILLION_DIGITS);
  const billions = toNumber(bytes, start, middle);
  const rest = toNumber(bytes, middle, end);
  // what is left of a division is taken by hand: the operator for it is a call for each
  const upperBillions = Math.floor(billions / TWO_TO_16);
  const upper = upperBillions * 1e9;
  const upperHigh = Math.floor(upper / TWO_TO_16);
  const upperLow = upper - upperHigh * TWO_TO_16;
  const lower = (billions - upperBillions * TWO_TO_16) * 1e9 + upperLow * TWO_TO_16 + rest;
  const lowerHigh = Math.floor(lower / TWO_TO_32);
  const low = lower - lowerHigh * TWO_TO_32;
  const high = upperHigh + lowerHigh;
  if (!isNegative) writeHalves(out, low, high);
  else writeHalves(out, -low, low === 0 ? -high : ~high);
}

/** Takes the digits at the cursor, four at a time; their value is exact up to fifteen. */
export function takeDigits(cursor: Cursor): number {
  const word = 4;
  const zeros = 0x3030_3030;
  const toHighBits = 0x7676_7676;
  const highBits = 0x8080_8080;
  const { bytes, view } = cursor;
  let { at } = cursor;
  let value = 0;
  for (; at <= bytes.length - word; at += word) {
    const digits = view.getInt32(at, true) ^ zeros;
    // a byte above nine has its highest bit, or gets it
    if (((digits | (digits + toHighBits)) & highBits) !== 0) break;
    const pairs = digits * 10 + (digits >> 8);
    value = value * 10_000 + (pairs & 0xff) * 100 + ((pairs >> 16) & 0xff);
  }
  for (; isDigit(bytes[at]!); at++) value = value * 10 + bytes[at]! - CHAR.zero;
  cursor.at = at;
  return value;
}

/** The value of digits; exact up to fifteen. */
function toNumber(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) value = value * 10 + bytes[at]! - CHAR.zero;
  return value;
}

/** The forms that are rare. */
function writeAnyNumber(cursor: Cursor, out: Output): number {
  const { text, isInteger } = takeNumber(cursor);
  if (!isInteger) {
    writeDouble(out, Number(text));
    return BSON_TYPE.double;
  }
  const number = Number(text);
  if (number === (number | 0)) {
    writeInt32(out, number);
    return BSON_TYPE.int32;
  }
  const exact = BigInt(text);
  if (BigInt.asIntN(64, exact) !== exact) throw refuse(cursor, 'an integer of at most 64 bits');
  writeInt64(out, exact);
  return BSON_TYPE.int64;
}
