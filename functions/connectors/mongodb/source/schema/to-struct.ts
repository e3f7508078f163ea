import type { Schema } from '../../../../connect/records.ts';
import { BSON_TYPE } from '../../bson/types.ts';
import { mismatch, type Prepare, refused, type ToValue } from './conversion.ts';
import { createFieldLookup, type Naming, startAt, typeAt } from './field-lookup.ts';

/** Prepares the conversion of documents to a struct, whose values are made in the order of its fields. */
export function createToStruct(schema: Schema, path: string, naming: Naming, prepare: Prepare): ToValue {
  const fields = (schema.fields ?? []).map(({ field, schema: each }) => {
    const fieldPath = path === '' ? field : `${path}.${field}`;
    return { name: field, toValue: prepare(each, fieldPath), toAbsent: createToAbsent(each, field, fieldPath) };
  });
  const lookUp = createFieldLookup(
    fields.map(({ name }, index) => [name, index]),
    naming,
  );

  return (source, type, start, out) => {
    if (type !== BSON_TYPE.document) mismatch(schema, type, path);
    const places = new Array<number>(fields.length).fill(0);
    lookUp(source, start, places);
    const values = new Map<string, unknown>();
    for (let index = 0; index < fields.length; index++) {
      const { name, toValue, toAbsent } = fields[index]!;
      const place = places[index]!;
      values.set(name, place === 0 ? toAbsent() : toValue(source, typeAt(place), startAt(place), out));
    }
    return values;
  };
}

/** A field that is not there has its default, or is null where it is optional. */
function createToAbsent(schema: Schema, field: string, path: string): () => unknown {
  if (schema.default !== undefined) return () => schema.default;
  if (schema.optional) return () => null;
  return () => {
    throw refused(`Missing field '${field}'`, path);
  };
}
