import type { Schema } from '../../../../connect/records.ts';

type Fields = NonNullable<Schema['fields']>;

/** Whether a schema has itself in it, as that of a record that refers to itself does. */
export function containsItself(schema: Schema): boolean {
  /** Records that were walked through to their ends. */
  const ending = new Set<Fields>();

  function isEndless({ fields, valueSchema }: Schema, outer: readonly Fields[]): boolean {
    if (valueSchema) return isEndless(valueSchema, outer);
    if (!fields || ending.has(fields)) return false;
    // optional or not, a record has one list of fields
    if (outer.includes(fields)) return true;
    if (fields.some((field) => isEndless(field.schema, [...outer, fields]))) return true;
    ending.add(fields);
    return false;
  }

  return isEndless(schema, []);
}
