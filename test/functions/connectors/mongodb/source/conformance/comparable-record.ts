import {
  type DecimalValue,
  LOGICAL,
  type Schema,
  type SourceRecord,
} from '../../../../../../functions/connect/records.ts';
import {
  isArray,
  isObject,
  type Json,
  parseAvroJson,
} from '../../../../../../functions/connectors/mongodb/source/schema/avro-json.ts';
import type { ExpectedRecord } from './case-file.ts';

/** A schema as JsonConverter writes it. */
type SchemaJson = {
  readonly type: string;
  readonly items?: SchemaJson;
  readonly values?: SchemaJson;
  readonly fields?: readonly (SchemaJson & { readonly field: string })[];
};

/** A record in the form of a case. */
export function toComparable({ topic, keySchema, key, valueSchema, value }: SourceRecord) {
  return {
    topic,
    keySchema: keySchema && toSchemaJson(keySchema),
    key: toText(key, keySchema),
    valueSchema: valueSchema && toSchemaJson(valueSchema),
    value: toText(value, valueSchema),
  };
}

/** The record of a case, with the members of structs in their order and with the numbers that their texts mean. */
export function toWantedRecord({ topic, keySchema, key, valueSchema, value }: ExpectedRecord) {
  return { topic, keySchema, key: toMeaning(key, keySchema), valueSchema, value: toMeaning(value, valueSchema) };
}

function toText(value: unknown, schema: Schema | null): unknown {
  if (schema?.type === 'struct') return toPayload(value, schema);
  if (!(value instanceof Uint8Array)) return value;
  return Buffer.from(value).toString(schema?.type === 'bytes' ? 'hex' : 'utf8');
}

function toMeaning(text: string | null, schema: unknown): unknown {
  const { type } = (schema ?? { type: 'none' }) as SchemaJson;
  return type === 'struct' && text !== null ? ordered(parseAvroJson(text), schema as SchemaJson) : text;
}

/** Members as a list, since their order counts. A float has the digits of JDK 17, which are not always the fewest. */
function ordered(json: Json, schema: SchemaJson | undefined): unknown {
  if (isArray(json)) return json.map((item) => ordered(item, schema?.items));
  if (isObject(json)) {
    return [...json].map(([name, value]) => [
      name,
      ordered(value, schema?.values ?? schema?.fields?.find(({ field }) => field === name)),
    ]);
  }
  return schema?.type === 'float' && typeof json === 'number' ? Math.fround(json) : json;
}

/** What JsonConverter's text of a value means. */
function toPayload(value: unknown, schema: Schema): unknown {
  if (value === null) return null;
  if (schema.name === LOGICAL.decimal) return toBase64(value as DecimalValue);
  switch (schema.type) {
    case 'struct':
      return (schema.fields ?? []).map(({ field, schema: inner }) => [
        field,
        toPayload((value as ReadonlyMap<string, unknown>).get(field), inner),
      ]);
    case 'map':
      return [...(value as ReadonlyMap<string, unknown>)].map(([key, member]) => [key, inside(member, schema)]);
    case 'array':
      return (value as readonly unknown[]).map((item) => inside(item, schema));
    case 'int32':
      return BigInt(value as number);
    case 'float32':
    case 'float64':
      return Number.isFinite(value) ? value : String(value);
    case 'bytes':
      return Buffer.from(value as Uint8Array).toString('base64');
    default:
      return value;
  }
}

const inside = (value: unknown, { valueSchema }: Schema): unknown =>
  valueSchema ? toPayload(value, valueSchema) : undefined;

/** The fewest bytes of two's complement, as Java's BigInteger. */
function toBase64({ unscaled }: DecimalValue): string {
  let bytes = 1;
  while (BigInt.asIntN(bytes * 8, unscaled) !== unscaled) bytes++;
  const hex = BigInt.asUintN(bytes * 8, unscaled)
    .toString(16)
    .padStart(bytes * 2, '0');
  return Buffer.from(hex, 'hex').toString('base64');
}

const TYPES: Readonly<Partial<Record<Schema['type'], string>>> = { float32: 'float', float64: 'double' };

/** A schema as JsonConverter writes it. */
export function toSchemaJson(schema: Schema, field?: string): unknown {
  const { type, optional, name, version, parameters, default: preset, fields, keySchema, valueSchema } = schema;
  return {
    type: TYPES[type] ?? type,
    ...(type === 'array' && valueSchema && { items: toSchemaJson(valueSchema) }),
    ...(keySchema && { keys: toSchemaJson(keySchema) }),
    ...(type === 'map' && valueSchema && { values: toSchemaJson(valueSchema) }),
    ...(fields && { fields: fields.map((each) => toSchemaJson(each.schema, each.field)) }),
    optional,
    ...(name !== undefined && { name }),
    ...(version !== undefined && { version }),
    ...(parameters && { parameters }),
    ...(preset !== undefined && { default: toDefaultJson(preset) }),
    ...(field !== undefined && { field }),
  };
}

const toDefaultJson = (value: unknown): unknown => {
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, inner]) => [name, toDefaultJson(inner)]));
  return typeof value === 'bigint' ? Number(value) : value;
};
