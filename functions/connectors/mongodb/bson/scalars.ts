import { Decimal128 } from 'mongodb';
import { DataError } from '../../../connect/errors.ts';
import { type Output, writeByte, writeBytes, writeCString, writeDouble, writeInt32, writeInt64 } from './output.ts';
import { BSON_TYPE } from './types.ts';

/** Writers of single values from their texts; each returns the BSON type and refuses what is not such a value. */

const refuse = (expected: string): DataError =>
  new DataError('RECORD_INVALID', `Expected ${expected} in Extended JSON, got another text`);

export function writeObjectId(out: Output, hex: string): number {
  if (!/^[0-9a-fA-F]{24}$/.test(hex)) throw refuse('24 hexadecimal digits of an ObjectId');
  writeBytes(out, Buffer.from(hex, 'hex'));
  return BSON_TYPE.objectId;
}

export function writeInt32Text(out: Output, text: string): number {
  const value = integerOf(text);
  if (value === undefined || BigInt.asIntN(32, value) !== value) throw refuse('an integer of 32 bits');
  writeInt32(out, Number(value));
  return BSON_TYPE.int32;
}

export function writeInt64Text(out: Output, text: string): number {
  const value = integerOf(text);
  if (value === undefined || BigInt.asIntN(64, value) !== value) throw refuse('an integer of 64 bits');
  writeInt64(out, value);
  return BSON_TYPE.int64;
}

const integerOf = (text: string): bigint | undefined =>
  /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined;

/** Java's Double.parseDouble without its hexadecimal form. */
export function writeDoubleText(out: Output, text: string): number {
  const trimmed = text.trim();
  if (!/^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?|Infinity|NaN)$/.test(trimmed)) throw refuse('a double');
  writeDouble(out, Number(trimmed.replace(/^[+-](?=NaN)/, '').replace(/(?<=[\d.])[dDfF]$/, '')));
  return BSON_TYPE.double;
}

export function writeDecimal(out: Output, text: string): number {
  writeBytes(out, decimalOf(text).bytes);
  return BSON_TYPE.decimal128;
}

function decimalOf(text: string): Decimal128 {
  try {
    return Decimal128.fromString(text);
  } catch {
    // its message quotes the text
    throw refuse('a decimal number of at most 34 digits');
  }
}

export function writeUuid(out: Output, text: string): number {
  const hex = text.replaceAll('-', '');
  if (!/^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(text)) throw refuse('a UUID');
  return writeBinary(out, Buffer.from(hex, 'hex'), 4);
}

export function writeBinary(out: Output, bytes: Uint8Array, subtype: number): number {
  if (!(subtype >= 0 && subtype <= 255)) throw refuse('a binary subtype of two hexadecimal digits');
  // the old subtype 2 has its length once more inside
  const isOld = subtype === 2;
  writeInt32(out, bytes.length + (isOld ? 4 : 0));
  writeByte(out, subtype);
  if (isOld) writeInt32(out, bytes.length);
  writeBytes(out, bytes);
  return BSON_TYPE.binary;
}

/** BSON wants the options in alphabetical order. */
export function writeRegex(out: Output, pattern: string, options: string): number {
  if (pattern.includes('\0') || options.includes('\0')) throw refuse('a regular expression without a zero character');
  writeCString(out, pattern);
  writeCString(out, [...options].sort().join(''));
  return BSON_TYPE.regex;
}

export function writeTimestamp(out: Output, seconds: bigint, increment: bigint): number {
  writeInt32(out, Number(BigInt.asUintN(32, increment)));
  writeInt32(out, Number(BigInt.asUintN(32, seconds)));
  return BSON_TYPE.timestamp;
}
