import { DataError } from '../errors.ts';
import type { OutputBuffer } from '../output-buffer.ts';
import type { Schema, SchemaType } from '../records.ts';
import type { Json } from './json-reader.ts';
import { writeString } from './json-strings.ts';
import { type Nulls, toData } from './json-to-data.ts';

/** Names of the types in the schemas of JsonConverter. */
const TYPE_NAMES: Readonly<Record<SchemaType, string>> = {
  boolean: 'boolean',
  int8: 'int8',
  int16: 'int16',
  int32: 'int32',
  int64: 'int64',
  float32: 'float',
  float64: 'double',
  string: 'string',
  bytes: 'bytes',
  array: 'array',
  map: 'map',
  struct: 'struct',
};
const TYPES: ReadonlyMap<unknown, SchemaType> = new Map(
  Object.entries(TYPE_NAMES).map(([type, name]) => [name, type as SchemaType]),
);

const refuse = (message: string): DataError => new DataError('RECORD_INVALID', message);

/** Writes a default value of a schema. */
type WriteValue = (out: OutputBuffer, schema: Schema, value: unknown) => void;

/** Writes a schema as JsonConverter does; `field` is the name of the struct's field that has it. */
export function writeSchema(out: OutputBuffer, schema: Schema, writeValue: WriteValue, field?: string): void {
  out.ascii(`{"type":"${TYPE_NAMES[schema.type]}"`);
  if (schema.type === 'array') writeMember(out, 'items', schema.valueSchema, writeValue);
  if (schema.type === 'map') {
    writeMember(out, 'keys', schema.keySchema, writeValue);
    writeMember(out, 'values', schema.valueSchema, writeValue);
  }
  if (schema.type === 'struct') {
    out.ascii(',"fields":[');
    for (const [index, { field: name, schema: member }] of (schema.fields ?? []).entries()) {
      if (index > 0) out.ascii(',');
      writeSchema(out, member, writeValue, name);
    }
    out.ascii(']');
  }
  out.ascii(`,"optional":${schema.optional}`);
  if (schema.name !== undefined) writeText(out, 'name', schema.name);
  if (schema.version !== undefined) out.ascii(`,"version":${schema.version}`);
  if (schema.doc !== undefined) writeText(out, 'doc', schema.doc);
  if (schema.parameters) writeParameters(out, schema.parameters);
  if (schema.default !== undefined && schema.default !== null) {
    out.ascii(',"default":');
    writeValue(out, schema, schema.default);
  }
  if (field !== undefined) writeText(out, 'field', field);
  out.ascii('}');
}

function writeMember(out: OutputBuffer, name: string, schema: Schema | undefined, writeValue: WriteValue): void {
  out.ascii(`,"${name}":`);
  if (schema) writeSchema(out, schema, writeValue);
  else out.ascii('null');
}

function writeText(out: OutputBuffer, name: string, text: string): void {
  out.ascii(`,"${name}":`);
  writeString(out, text);
}

function writeParameters(out: OutputBuffer, parameters: Readonly<Record<string, string>>): void {
  out.ascii(',"parameters":{');
  for (const [index, [name, value]] of Object.entries(parameters).entries()) {
    if (index > 0) out.ascii(',');
    writeString(out, name);
    out.ascii(':');
    writeString(out, value);
  }
  out.ascii('}');
}

/**
 * Reads a schema of JsonConverter.
 *
 * @throws DataError where it is none.
 */
export function toSchema(json: Json | undefined, nulls: Nulls): Schema {
  const members: ReadonlyMap<string, Json> = json instanceof Map ? json : new Map();
  const typeName = members.get('type');
  if (typeof typeName !== 'string') throw refuse("Schema must contain 'type' field");
  const type = TYPES.get(typeName);
  if (!type) throw refuse('Unknown schema type');
  const parts = {
    ...(type === 'array' && { valueSchema: itemsOf(members, nulls) }),
    ...(type === 'map' && {
      keySchema: partOf(members, 'keys', 'key', nulls),
      valueSchema: partOf(members, 'values', 'value', nulls),
    }),
    ...(type === 'struct' && { fields: fieldsOf(members.get('fields'), nulls) }),
  };
  const schema: Schema = { type, ...parts, optional: members.get('optional') === true, ...labelsOf(members) };
  const given = members.get('default');
  if (given === undefined) return schema;
  // a null where the schema is optional is no default
  const value = toData(schema, given, nulls, true);
  return value === null ? schema : { ...schema, default: value };
}

function itemsOf(members: ReadonlyMap<string, Json>, nulls: Nulls): Schema {
  const items = members.get('items');
  if (items === undefined || items === null) throw refuse('Array schema did not specify the element type');
  return toSchema(items, nulls);
}

function partOf(members: ReadonlyMap<string, Json>, name: string, what: string, nulls: Nulls): Schema {
  const part = members.get(name);
  if (part === undefined || part === null) throw refuse(`Map schema did not specify the ${what} type`);
  return toSchema(part, nulls);
}

function fieldsOf(json: Json | undefined, nulls: Nulls): Schema['fields'] {
  if (!Array.isArray(json)) throw refuse('Struct schema\'s "fields" argument is not an array.');
  const names = new Set<string>();
  return (json as readonly Json[]).map((member) => {
    const field = member instanceof Map ? member.get('field') : undefined;
    if (typeof field !== 'string') throw refuse("Struct schema's field name not specified properly");
    if (names.has(field)) throw refuse('Cannot create field because of field name duplication');
    names.add(field);
    return { field, schema: toSchema(member, nulls) };
  });
}

/** Name, version, doc and parameters, each where it has the right type; the rest is left out, as Kafka Connect does. */
function labelsOf(members: ReadonlyMap<string, Json>): Partial<Schema> {
  const name = members.get('name');
  const doc = members.get('doc');
  const version = members.get('version');
  const isVersion = typeof version === 'object' && version !== null && 'isIntegral' in version && version.isIntegral;
  const parameters = members.get('parameters');
  return {
    ...(typeof name === 'string' && { name }),
    ...(isVersion && { version: Number(BigInt.asIntN(32, BigInt(version.text))) }),
    ...(typeof doc === 'string' && { doc }),
    ...(parameters instanceof Map && parameters.size > 0 && { parameters: parametersOf(parameters) }),
  };
}

function parametersOf(members: ReadonlyMap<string, Json>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...members].map(([name, value]) => {
      if (typeof value !== 'string') throw refuse('Schema parameters must have string values.');
      return [name, value];
    }),
  );
}
