import { isDecimal, isMoment } from '../../../../functions/connect/converters/logical-types.ts';
import type { Schema } from '../../../../functions/connect/records.ts';

/** Connect's data in the notation of `observed/Observe.java`. */
export function showData(schema: Schema | null | undefined, value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'boolean') return String(value);
  if (isMoment(schema?.name)) return `date ${value}`;
  if (typeof value === 'bigint') return `int64 ${value}`;
  if (typeof value === 'number') return showNumber(schema, value);
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (isDecimal(value)) return `decimal ${value.unscaled} ${value.scale}`;
  if (Array.isArray(value)) return `[${value.map((item) => showData(schema?.valueSchema, item)).join(', ')}]`;
  const entries = [...(value as ReadonlyMap<unknown, unknown>)];
  if (schema?.type === 'struct') {
    const schemaOf = new Map(schema.fields?.map((field) => [field.field, field.schema]));
    const shown = entries.map(([name, member]) => `'${name}': ${showData(schemaOf.get(String(name)), member)}`);
    return `struct {${shown.join(', ')}}`;
  }
  const shown = entries.map(
    ([key, member]) => `${showData(schema?.keySchema, key)}: ${showData(schema?.valueSchema, member)}`,
  );
  return `map {${shown.sort().join(', ')}}`;
}

function showNumber(schema: Schema | null | undefined, value: number): string {
  const bytes = Buffer.alloc(8);
  if (schema?.type === 'float32') {
    bytes.writeFloatBE(value);
    return `float32 ${bytes.readUInt32BE().toString(16)}`;
  }
  if (schema && schema.type !== 'float64') return `${schema.type} ${value}`;
  bytes.writeDoubleBE(value);
  return `float64 ${bytes.readBigUInt64BE().toString(16)}`;
}
