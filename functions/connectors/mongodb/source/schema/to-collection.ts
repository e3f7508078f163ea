import type { Schema } from '../../../../connect/records.ts';
import { endOfCString, endOfValue } from '../../bson/element-reader.ts';
import { BSON_TYPE } from '../../bson/types.ts';
import { utf8Text } from '../../bson/utf8-text.ts';
import { mismatch, type Prepare, type ToValue } from './conversion.ts';

/** Prepares the conversion of arrays; an item has the path of its array. */
export function createToArray(schema: Schema, path: string, prepare: Prepare): ToValue {
  const toItem = prepare(innerOf(schema), path);
  return (source, type, start, out) => {
    if (type !== BSON_TYPE.array) mismatch(schema, type, path);
    const items: unknown[] = [];
    for (let at = start + 4; source[at] !== 0; ) {
      const itemType = source[at]!;
      const from = endOfCString(source, at + 1) + 1;
      items.push(toItem(source, itemType, from, out));
      at = endOfValue(source, itemType, from);
    }
    return items;
  };
}

/** Prepares the conversion of documents to maps; of a repeated name the last value counts. */
export function createToMap(schema: Schema, path: string, prepare: Prepare): ToValue {
  const toMember = prepare(innerOf(schema), path);
  return (source, type, start, out) => {
    if (type !== BSON_TYPE.document) mismatch(schema, type, path);
    const members = new Map<string, unknown>();
    for (let at = start + 4; source[at] !== 0; ) {
      const memberType = source[at]!;
      const nameEnd = endOfCString(source, at + 1);
      members.set(utf8Text(source, at + 1, nameEnd), toMember(source, memberType, nameEnd + 1, out));
      at = endOfValue(source, memberType, nameEnd + 1);
    }
    return members;
  };
}

function innerOf({ type, valueSchema }: Schema): Schema {
  if (!valueSchema) throw new TypeError(`Expected a schema of the values of an ${type}`);
  return valueSchema;
}
