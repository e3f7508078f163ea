import { isArray, isObject, type Json, type JsonObject, jsonText, parseAvroJson } from './avro-json.ts';
import { AVRO_PRIMITIVES, type AvroField, type AvroPrimitive, type AvroType } from './avro-type.ts';
import { checkRecords } from './check-records.ts';

/** A named type of the text, and the namespace that names inside of it belong to. */
type Definition = { readonly json: JsonObject; readonly name: string; readonly space: string };
type Names = { readonly definitions: ReadonlyMap<string, Definition>; readonly types: Map<string, AvroType> };

/**
 * Reads an Avro schema. Names may be used before they are defined and are not checked, as in Avro 1.12 without
 * validation; documentation, aliases and logical types are left out.
 *
 * @throws TypeError with the words of Avro where it has some.
 */
export function parseAvro(text: string): AvroType {
  const json = parseAvroJson(text);
  const definitions = new Map<string, Definition>();
  collectNames(json, '', definitions);
  const types = new Map<string, AvroType>();
  const type = toType(json, '', { definitions, types });
  checkRecords(types.values());
  return type;
}

/** Finds all named types first, so that those further down are known everywhere. */
function collectNames(json: Json, space: string, definitions: Map<string, Definition>): void {
  if (isArray(json)) for (const branch of json) collectNames(branch, space, definitions);
  if (!isObject(json)) return;
  const type = json.get('type');
  if (type === 'array') collectNames(json.get('items') ?? null, space, definitions);
  else if (type === 'map') collectNames(json.get('values') ?? null, space, definitions);
  else if (isNamed(type)) {
    const definition = toDefinition(json, space);
    if (definitions.has(definition.name)) throw new TypeError(`Can't redefine: ${definition.name}`);
    definitions.set(definition.name, definition);
    for (const field of fieldsIn(json)) collectNames(field.get('type') ?? null, definition.space, definitions);
  }
}

const isNamed = (type: Json | undefined): boolean =>
  type === 'record' || type === 'error' || type === 'enum' || type === 'fixed';

/** A name with dots has its namespace in it; else the member `namespace` counts, else that of what is around it. */
function toDefinition(json: JsonObject, space: string): Definition {
  const name = json.get('name');
  if (typeof name !== 'string' || name === '') throw new TypeError(`No name in schema: ${jsonText(json)}`);
  const own = json.get('namespace');
  const full = fullName(name, typeof own === 'string' ? own : space);
  return { json, name: full, space: full.slice(0, Math.max(full.lastIndexOf('.'), 0)) };
}

const fullName = (name: string, space: string): string =>
  name.includes('.') || space === '' ? name : `${space}.${name}`;

function fieldsIn(json: JsonObject): JsonObject[] {
  const fields = json.get('fields');
  return isArray(fields) ? fields.filter(isObject) : [];
}

function toType(json: Json, space: string, names: Names): AvroType {
  if (typeof json === 'string') return primitive(json) ?? namedType(json, space, names);
  if (isArray(json)) return { type: 'union', branches: json.map((branch) => toType(branch, space, names)) };
  if (!isObject(json)) throw new TypeError(`Schema not yet supported: ${jsonText(json)}`);
  const type = json.get('type');
  if (typeof type !== 'string') throw new TypeError(`No type: ${jsonText(json)}`);
  if (type === 'array') return { type, items: toType(member(json, 'items', 'Array has no items type'), space, names) };
  if (type === 'map') return { type, values: toType(member(json, 'values', 'Map has no values type'), space, names) };
  return primitive(type) ?? (isNamed(type) ? define(toDefinition(json, space), names) : namedType(type, space, names));
}

const primitive = (name: string): AvroType | undefined => {
  const type = AVRO_PRIMITIVES.find((known): known is AvroPrimitive => known === name);
  return type && { type };
};

/** A name belongs to the namespace around it, or to none where it is not defined there. */
function namedType(name: string, space: string, names: Names): AvroType {
  const full = fullName(name, space);
  const definition = names.definitions.get(full) ?? names.definitions.get(name);
  if (!definition) throw new TypeError(`Undefined schema: ${full}`);
  return define(definition, names);
}

function define({ json, name, space }: Definition, names: Names): AvroType {
  const known = names.types.get(name);
  if (known) return known;
  const type = json.get('type');
  if (type === 'enum' || type === 'fixed') return { type };
  if (!isArray(json.get('fields'))) throw new TypeError(`Record has no fields: ${jsonText(json)}`);
  const fields: AvroField[] = [];
  const record = { type: 'record', name, fields } as const;
  // known before its fields are read, since they may refer to it
  names.types.set(name, record);
  for (const field of fieldsIn(json)) {
    const fieldName = field.get('name');
    if (typeof fieldName !== 'string' || fieldName === '') throw new TypeError(`No field name: ${jsonText(field)}`);
    if (fields.some((other) => other.name === fieldName)) {
      throw new TypeError(`Duplicate field ${fieldName} in record ${name}`);
    }
    const type = toType(member(field, 'type', 'No field type'), space, names);
    fields.push({ name: fieldName, type, ...(field.has('default') && { default: field.get('default') ?? null }) });
  }
  return record;
}

function member(json: JsonObject, name: string, refusal: string): Json {
  const value = json.get(name);
  if (value === undefined || value === null) throw new TypeError(`${refusal}: ${jsonText(json)}`);
  return value;
}
