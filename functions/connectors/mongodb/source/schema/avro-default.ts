import { isArray, isObject, type Json, jsonText } from './avro-json.ts';
import { type AvroField, type AvroType, optionalBranch } from './avro-type.ts';

/** Defaults of records that need one another make no value that ends; nobody nests deeper than this. */
const MAX_DEPTH = 100;

/** The default of a field as a value of its Connect schema. @throws TypeError where it does not fit. */
export function toDefault(type: AvroType, json: Json, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new TypeError('it has no end');
  switch (type.type) {
    case 'union':
      return toUnionDefault(type.branches, json, depth);
    case 'array':
      if (!isArray(json)) throw misfit(type, json);
      return json.map((item) => toDefault(type.items, item, depth + 1));
    case 'map':
      if (!isObject(json)) throw misfit(type, json);
      return new Map([...json].map(([key, value]) => [key, toDefault(type.values, value, depth + 1)]));
    case 'record':
      if (!isObject(json)) throw misfit(type, json);
      return new Map(type.fields.map((field) => [field.name, toMember(field, json.get(field.name), depth)]));
    default:
      return toPrimitive(type, json);
  }
}

/** A member that the default of its record leaves out has the default of its own field. */
function toMember({ name, type, default: preset }: AvroField, json: Json | undefined, depth: number): unknown {
  const value = json === undefined ? preset : json;
  if (value === undefined) throw new TypeError(`it lacks the field ${name}`);
  return toDefault(type, value, depth + 1);
}

/** A union that is not supported is refused with its field, so its default does not matter. */
function toUnionDefault(branches: readonly AvroType[], json: Json, depth: number): unknown {
  const branch = optionalBranch(branches);
  return json === null || !branch ? null : toDefault(branch, json, depth);
}

const LIMIT = { int: 2n ** 31n, long: 2n ** 63n };

function toPrimitive({ type }: AvroType, json: Json): unknown {
  const isNumber = typeof json === 'bigint' || typeof json === 'number';
  if (type === 'boolean' && typeof json === 'boolean') return json;
  if (type === 'double' && isNumber) return Number(json);
  if (type === 'float' && isNumber) return Math.fround(Number(json));
  if ((type === 'int' || type === 'long') && typeof json === 'bigint') {
    if (json < LIMIT[type] && json >= -LIMIT[type]) return type === 'int' ? Number(json) : json;
  }
  if (type === 'string' && typeof json === 'string') return json;
  // each character is a byte
  if (type === 'bytes' && typeof json === 'string') return Buffer.from(json, 'latin1');
  // these three are refused with their field, so their default does not matter
  if (type === 'null' || type === 'enum' || type === 'fixed') return null;
  throw misfit({ type }, json);
}

const misfit = ({ type }: { readonly type: string }, json: Json): TypeError =>
  new TypeError(`${jsonText(json)} is not a ${type}`);
