import { type Schema, type SchemaType, STRING } from '../../../../connect/records.ts';
import { toDefault } from './avro-default.ts';
import type { Json } from './avro-json.ts';
import { type AvroPrimitive, type AvroRecord, type AvroType, optionalBranch } from './avro-type.ts';
import { parseAvro } from './parse-avro.ts';

type Fields = NonNullable<Schema['fields']>;

const TYPES = {
  boolean: 'boolean',
  int: 'int32',
  long: 'int64',
  float: 'float32',
  double: 'float64',
  bytes: 'bytes',
  string: 'string',
} as const satisfies Partial<Record<AvroPrimitive, SchemaType>>;

/**
 * The Connect schema of an Avro schema that `refuseAvroSchema` accepts. A union with null is an optional value, whose
 * default counts for nothing. A record that refers to itself becomes a schema that contains itself.
 */
export function toConnectSchema(avroSchema: string): Schema {
  const fields = new Map<AvroRecord, Fields>();
  return toSchema(parseAvro(avroSchema), false, undefined, fields);
}

function toSchema(type: AvroType, optional: boolean, preset: Json | undefined, known: Map<AvroRecord, Fields>): Schema {
  const common = { optional, ...(preset !== undefined && { default: toDefault(type, preset) }) };
  switch (type.type) {
    case 'union': {
      const branch = optionalBranch(type.branches);
      if (branch) return toSchema(branch, true, undefined, known);
      break;
    }
    case 'record':
      return { type: 'struct', name: type.name, fields: fieldsOf(type, known), ...common };
    case 'array':
      return { type: 'array', valueSchema: toSchema(type.items, false, undefined, known), ...common };
    case 'map':
      return {
        type: 'map',
        keySchema: STRING,
        valueSchema: toSchema(type.values, false, undefined, known),
        ...common,
      };
    case 'null':
    case 'enum':
    case 'fixed':
      break;
    default:
      return { type: TYPES[type.type], ...common };
  }
  throw new TypeError(`Unchecked Avro type ${type.type}`);
}

/** The fields are the same list wherever a record stands, with or without being optional there. */
function fieldsOf(record: AvroRecord, known: Map<AvroRecord, Fields>): Fields {
  const found = known.get(record);
  if (found) return found;
  const fields: Fields[number][] = [];
  // known before it is filled, since the record may refer to itself
  known.set(record, fields);
  for (const { name, type, default: preset } of record.fields) {
    fields.push({ field: name, schema: toSchema(type, false, preset, known) });
  }
  return fields;
}
