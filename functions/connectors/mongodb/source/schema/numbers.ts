import { decimal128Parts } from '../../bson/decimal128-parts.ts';
import { decimal128Text } from '../../bson/decimal128-text.ts';
import { BSON_TYPE } from '../../bson/types.ts';

const LONG_MAX = 2n ** 63n - 1n;
const LONG_MIN = -(2n ** 63n);
/** A decimal of more digits before the point is beyond an int64. */
const LONG_DIGITS = 19;

/**
 * A number, date (milliseconds) or timestamp (milliseconds) as Java's long: cut towards zero, beyond 64 bits the
 * nearest long, NaN 0. `undefined`: the BSON type is none of these.
 */
export function toLong(source: Buffer, type: number, at: number): bigint | undefined {
  switch (type) {
    case BSON_TYPE.int32:
      return BigInt(source.readInt32LE(at));
    case BSON_TYPE.int64:
    case BSON_TYPE.date:
      return source.readBigInt64LE(at);
    case BSON_TYPE.double:
      return clamp(cut(source.readDoubleLE(at)));
    case BSON_TYPE.timestamp:
      return BigInt(timestampMillis(source, at));
    case BSON_TYPE.decimal128:
      return clamp(cutDecimal(source, at));
    default:
      return undefined;
  }
}

/** The same sources as Java's double. */
export function toDouble(source: Buffer, type: number, at: number): number | undefined {
  switch (type) {
    case BSON_TYPE.int32:
      return source.readInt32LE(at);
    case BSON_TYPE.int64:
    case BSON_TYPE.date:
      return Number(source.readBigInt64LE(at));
    case BSON_TYPE.double:
      return source.readDoubleLE(at);
    case BSON_TYPE.timestamp:
      return timestampMillis(source, at);
    case BSON_TYPE.decimal128:
      return Number(decimal128Text(source, at));
    default:
      return undefined;
  }
}

/** A BSON timestamp's seconds are unsigned; the peer reads them signed, so that they end in 2038. */
const timestampMillis = (source: Buffer, at: number): number => source.readUInt32LE(at + 4) * 1000;

function cut(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= 2 ** 63) return LONG_MAX;
  return value < -(2 ** 63) ? LONG_MIN : BigInt(Math.trunc(value));
}

function cutDecimal(source: Buffer, at: number): bigint {
  const parts = decimal128Parts(source, at);
  if (parts.kind === 'nan') return 0n;
  if (parts.kind === 'infinity') return parts.isNegative ? LONG_MIN : LONG_MAX;
  const { coefficient, exponent, isNegative } = parts;
  if (coefficient === 0n) return 0n;
  const beyond = String(coefficient).length + exponent > LONG_DIGITS;
  const size = beyond ? LONG_MAX + 1n : scaled(coefficient, exponent);
  return isNegative ? -size : size;
}

/** Division of bigints cuts; below one everything is cut, however small. */
const scaled = (coefficient: bigint, exponent: number): bigint => {
  if (exponent >= 0) return coefficient * 10n ** BigInt(exponent);
  return exponent < -34 ? 0n : coefficient / 10n ** BigInt(-exponent);
};

const clamp = (value: bigint): bigint => (value > LONG_MAX ? LONG_MAX : value < LONG_MIN ? LONG_MIN : value);
