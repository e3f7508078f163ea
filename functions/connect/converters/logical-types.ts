import { DataError } from '../errors.ts';
import { type DecimalValue, LOGICAL, type Schema } from '../records.ts';
import { fromTwosComplement, toTwosComplement } from './decimals.ts';

const DAY_MS = 86_400_000n;

const refuse = (message: string): DataError => new DataError('RECORD_INVALID', message);

/** From days, or milliseconds, as a logical schema stores them, to milliseconds since 1970. */
export function toMillis(name: string, stored: bigint): bigint {
  if (name === LOGICAL.date) return stored * DAY_MS;
  if (name === LOGICAL.time && (stored < 0n || stored > DAY_MS)) {
    throw refuse('Time values must use number of milliseconds greater than 0 and less than 86400000');
  }
  return stored;
}

/** From milliseconds since 1970 to what a logical schema stores. */
export function fromMillis(name: string, millis: unknown): bigint {
  if (typeof millis !== 'bigint') throw refuse(`Expected a date for ${name}, got ${typeof millis}`);
  if (name === LOGICAL.date) {
    if (millis % DAY_MS !== 0n) {
      throw refuse('Kafka Connect Date type should not have any time fields set to non-zero values.');
    }
    return millis / DAY_MS;
  }
  if (name === LOGICAL.time && (millis < 0n || millis > DAY_MS)) {
    throw refuse('Kafka Connect Time type should not have any date fields set to non-zero values.');
  }
  return millis;
}

/** Bytes of a Decimal with the scale of its schema. */
export function toDecimal(schema: Schema, bytes: Uint8Array): DecimalValue {
  if (bytes.length === 0) throw refuse('Invalid bytes for Decimal field: expected at least one byte, got none');
  return { unscaled: fromTwosComplement(bytes), scale: scaleOf(schema) };
}

/** The bytes of a decimal, whose scale must be that of its schema: nothing else says where the point is. */
export function fromDecimal(schema: Schema, { unscaled, scale }: DecimalValue): Buffer {
  const expected = scaleOf(schema);
  if (scale !== expected) {
    throw refuse(
      `Decimal value has mismatching scale for given Decimal schema. Schema has scale ${expected}, value has scale ${scale}.`,
    );
  }
  return toTwosComplement(unscaled);
}

function scaleOf({ parameters }: Schema): number {
  const scale = parameters?.scale;
  if (scale === undefined || !/^[+-]?\d{1,10}$/.test(scale)) {
    throw refuse('Invalid Decimal schema: expected an integer as parameter scale');
  }
  return Number(scale);
}

export const isDecimal = (value: unknown): value is DecimalValue =>
  typeof value === 'object' && value !== null && 'unscaled' in value && typeof value.unscaled === 'bigint';

/** Whether a schema stores a moment as an integer. */
export const isMoment = (name: string | undefined): name is string =>
  name === LOGICAL.date || name === LOGICAL.time || name === LOGICAL.timestamp;
