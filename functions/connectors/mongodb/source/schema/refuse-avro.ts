import { messageOf } from '../../../../connect/errors.ts';
import { type AvroRecord, type AvroType, optionalBranch } from './avro-type.ts';
import { parseAvro } from './parse-avro.ts';

const UNION = 'Union Schemas are not supported, unless one value is null to represent an optional value.';

/** Why a text can't be the Avro schema of keys or values, in the peer's words; or nothing. */
export function refuseAvroSchema(text: string): string | undefined {
  let type: AvroType;
  try {
    type = parseAvro(text);
  } catch (error) {
    return `Invalid Avro schema. ${messageOf(error)}\n${text}`;
  }
  if (type.type !== 'record') return 'Only Record schemas are supported at the top-level.';
  return refuseFields(type, '', new Set());
}

/** The first field that is refused; `seen` ends the walk through records that refer to themselves. */
function refuseFields(record: AvroRecord, prefix: string, seen: Set<AvroRecord>): string | undefined {
  if (seen.has(record)) return undefined;
  seen.add(record);
  for (const { name, type } of record.fields) {
    const path = `${prefix}${name}`;
    const refused = refuseType(type, path, seen);
    // what stands in a record further in names its own field
    if (refused !== undefined) return refused.startsWith('Field ') ? refused : `Field '${path}' is invalid. ${refused}`;
  }
  return undefined;
}

function refuseType(type: AvroType, path: string, seen: Set<AvroRecord>): string | undefined {
  switch (type.type) {
    case 'null':
      return "Unsupported Avro schema type: 'NULL'.";
    case 'enum':
      return "Unsupported Avro schema type: 'ENUM'. The connector will not validate the values. Use string instead.";
    case 'fixed':
      return "Unsupported Avro schema type: 'FIXED'. The connector will not validate the length. Use bytes instead.";
    case 'array':
      return refuseType(type.items, path, seen);
    case 'map':
      return refuseType(type.values, path, seen);
    case 'record':
      return refuseFields(type, path === '' ? '' : `${path}.`, seen);
    case 'union':
      return refuseUnion(type.branches, seen);
    default:
      return undefined;
  }
}

/** Inside of a union the peer begins the path anew. */
function refuseUnion(branches: readonly AvroType[], seen: Set<AvroRecord>): string | undefined {
  const branch = optionalBranch(branches);
  if (!branch) return UNION;
  const refused = refuseType(branch, '', seen);
  if (refused === undefined) return undefined;
  const isContainer = branch.type === 'record' || branch.type === 'array' || branch.type === 'map';
  const container = isContainer
    ? `unsupported Avro schema type: '${branch.type.toUpperCase()}', which contains an `
    : '';
  return `Union Schema contains an ${container}${lowerFirst(refused)}`;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
