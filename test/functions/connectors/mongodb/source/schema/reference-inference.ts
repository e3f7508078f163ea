import { LOGICAL, type Schema } from '../../../../../../functions/connect/records.ts';
import { decimal128Parts } from '../../../../../../functions/connectors/mongodb/bson/decimal128-parts.ts';
import { javaDouble } from '../../../../../../functions/connectors/mongodb/bson/java-double.ts';
import { type Formatter, referenceValue } from '../../bson/reference-json.ts';
import type { Field, Tagged } from '../../bson/tagged-bson.ts';

/** A schema in the making: `undefined` is the placeholder of nulls and empty arrays. */
type Rough =
  | undefined
  | { readonly leaf: Schema }
  | { readonly name: string; readonly items: Rough }
  | { readonly name: string; readonly fields: Readonly<Record<string, Rough>> };

/** A field has no name, so that there is no schema. */
export class NoSchema extends Error {
  override readonly name = 'NoSchema';
}

const optional = (more: Partial<Schema> & { type: Schema['type'] }): Schema => ({ optional: true, ...more });
const TEXT: Rough = { leaf: optional({ type: 'string' }) };

/** The schema of a document by the rules as they are written down, without any memory; slow and plain. */
export function referenceSchema(fields: readonly Field[]): Schema {
  return { ...finish(roughDocument(fields, '')), optional: false };
}

function roughDocument(fields: readonly Field[], path: string): Rough {
  const inner = fields.map(([name, value]) => [
    `=${name}`,
    rough(value, path === '' || name === '_id' ? name : `${path}_${name}`),
  ]);
  return { name: path === '' ? 'default' : path, fields: Object.fromEntries(inner) };
}

function rough(value: Tagged, path: string): Rough {
  switch (value.type) {
    case 'null':
      return undefined;
    case 'document':
      return roughDocument(value.value, path);
    case 'array':
      return { name: path, items: value.value.map((item) => rough(item, path)).reduce(merge, undefined) };
    case 'int32':
    case 'int64':
    case 'boolean':
      return { leaf: optional({ type: value.type }) };
    case 'double':
      return { leaf: optional({ type: 'float64' }) };
    case 'binary':
      return { leaf: optional({ type: 'bytes' }) };
    case 'date':
    case 'timestamp':
      return { leaf: optional({ type: 'int64', name: LOGICAL.timestamp, version: 1 }) };
    case 'decimal128': {
      const parts = decimal128Parts(Buffer.from(value.bytes), 0);
      if (parts.kind !== 'number') return TEXT;
      const parameters = { scale: String(0 - parts.exponent) };
      return { leaf: optional({ type: 'bytes', name: LOGICAL.decimal, version: 1, parameters }) };
    }
    default:
      return TEXT;
  }
}

function merge(a: Rough, b: Rough): Rough {
  if (a === undefined) return b;
  if (b === undefined) return a;
  if ('items' in a && 'items' in b) return { name: a.name, items: merge(a.items, b.items) };
  if ('fields' in a && 'fields' in b) {
    const names = [...new Set([...Object.keys(a.fields), ...Object.keys(b.fields)])];
    const fields = names.map((name) => [name, merge(a.fields[name], b.fields[name])]);
    return { name: a.name, fields: Object.fromEntries(fields) };
  }
  return JSON.stringify(a) === JSON.stringify(b) ? a : TEXT;
}

function finish(made: Rough): Schema {
  if (made === undefined) return optional({ type: 'string' });
  if ('leaf' in made) return made.leaf;
  if ('items' in made) return optional({ type: 'array', name: made.name, valueSchema: finish(made.items) });
  const names = Object.keys(made.fields).map((name) => name.slice(1));
  if (names.includes('')) throw new NoSchema();
  const first = names.filter((name) => name === '_id');
  // JavaScript compares texts by code units
  const rest = names.filter((name) => name !== '_id').sort((a, b) => (a < b ? -1 : 1));
  const fields = [...first, ...rest].map((field) => ({ field, schema: finish(made.fields[`=${field}`]) }));
  return optional({ type: 'struct', name: made.name, fields });
}

/** The value of a schema that was inferred from documents without repeated names. */
export function referenceStruct(schema: Schema, fields: readonly Field[], formatter: Formatter): Map<string, unknown> {
  const entries = (schema.fields ?? []).map(({ field, schema: inner }): [string, unknown] => {
    const value = fields.find(([name]) => name === field)?.[1];
    return [field, value ? referenceData(inner, value, formatter) : null];
  });
  return new Map(entries);
}

function referenceData(schema: Schema, value: Tagged, formatter: Formatter): unknown {
  if (value.type === 'null') return null;
  if (schema.type === 'string') return referenceText(value, formatter);
  switch (value.type) {
    case 'document':
      return referenceStruct(schema, value.value, formatter);
    case 'array':
      return value.value.map((item) => referenceData(schema.valueSchema ?? schema, item, formatter));
    case 'decimal128': {
      const parts = decimal128Parts(Buffer.from(value.bytes), 0);
      if (parts.kind !== 'number') return undefined;
      return { unscaled: parts.coefficient * (parts.isNegative ? -1n : 1n), scale: 0 - parts.exponent };
    }
    case 'timestamp':
      return BigInt(value.seconds) * 1000n;
    case 'binary':
      return Buffer.from(value.value);
    default:
      return 'value' in value ? value.value : undefined;
  }
}

function referenceText(value: Tagged, formatter: Formatter): string {
  if (value.type === 'string') return value.value;
  if (value.type === 'double' && formatter === 'default') return javaDouble(value.value);
  return referenceValue(value, formatter).replace(/^"(.*)"$/s, '$1');
}
