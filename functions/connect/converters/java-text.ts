import { DataError } from '../errors.ts';
import { doubleText, floatText } from '../java-number-text.ts';
import type { Schema } from '../records.ts';
import { decimalText } from './decimals.ts';
import { dateText } from './java-date-text.ts';
import { isDecimal, isMoment } from './logical-types.ts';

/**
 * A value as Java's `toString` prints it: `Struct{a=1,b=x}` without fields that are null, `{a=1, b=2}`, `[1, 2]`, numbers
 * and dates as `Date.toString` does in UTC.
 *
 * @throws DataError for bytes, whose print is no more than an address in memory.
 */
export function javaText(schema: Schema | null | undefined, value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint') return isMoment(schema?.name) ? dateText(value) : String(value);
  if (typeof value === 'number') return numberText(schema, value);
  if (typeof value === 'boolean') return String(value);
  if (isDecimal(value)) return decimalText(value);
  if (value instanceof Uint8Array && schema?.type === 'string') return utf8(value);
  if (Array.isArray(value)) return `[${value.map((item) => javaText(schema?.valueSchema, item)).join(', ')}]`;
  if (value instanceof Map) return schema?.type === 'struct' ? structText(schema, value) : mapText(schema, value);
  throw new DataError(
    'RECORD_INVALID',
    `Expected a value that can be printed for StringConverter, got ${schema?.type ?? typeof value}`,
  );
}

const utf8 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');

function numberText(schema: Schema | null | undefined, value: number): string {
  if (schema?.type === 'float32') return floatText(value);
  return schema?.type === 'float64' || !schema ? doubleText(value) : String(value);
}

const structText = (schema: Schema, value: ReadonlyMap<unknown, unknown>): string =>
  `Struct{${(schema.fields ?? [])
    .filter(({ field }) => (value.get(field) ?? null) !== null)
    .map(({ field, schema: member }) => `${field}=${javaText(member, value.get(field))}`)
    .join(',')}}`;

const mapText = (schema: Schema | null | undefined, value: ReadonlyMap<unknown, unknown>): string =>
  `{${[...value]
    .map(([key, member]) => `${javaText(schema?.keySchema, key)}=${javaText(schema?.valueSchema, member)}`)
    .join(', ')}}`;
