import { BSON } from 'mongodb';
import { DataError, messageOf } from '../../../../connect/errors.ts';
import { documentOf, elementsOf, toElement } from '../../bson/elements.ts';
import { bytesOf, documentsIn, type Fields, toValue, type Value } from '../../bson/values.ts';

/**
 * Changes the value of a field. Values are the driver's BSON types (`Int32`, `Long`, `Double`, `Decimal128`, …), so that
 * none loses its type; the same value given back keeps its very bytes.
 */
export type TransformValue = (fieldName: string, value: unknown) => unknown;

/**
 * What a transformer's module exports as `createTransformer`: called once per topic, with all properties as they hold for
 * it and with the driver's BSON types, so that a module needs no packages.
 */
export type CreateTransformer = (properties: Readonly<Record<string, string>>, bson: typeof BSON) => TransformValue;

export type FieldValueTransformer = {
  readonly className: string;
  readonly names: ReadonlySet<string>;
  readonly transform: TransformValue;
};

/** Transforms the fields of these names, at any depth of documents and in documents directly inside arrays. */
export function transformFields(fields: Fields, transformer: FieldValueTransformer): void {
  for (const [name, value] of fields) {
    if (transformer.names.has(name)) fields.set(name, transformed(name, value, transformer));
    else for (const inner of documentsIn(value)) transformFields(inner, transformer);
  }
}

function transformed(name: string, value: Value, { className, transform }: FieldValueTransformer): Value {
  const before = toBsonValue(value);
  try {
    const after = transform(name, before);
    if (after === before) return value;
    if (after === undefined) throw new TypeError(`The value for key ${name} can not be null`);
    if (after instanceof Promise) throw new TypeError('it gave a promise, but has to give its value at once');
    return writtenValue(after);
  } catch (error) {
    throw new DataError('RECORD_INVALID', `${className} failed on the field '${name}': ${messageOf(error)}`, {
      cause: error,
    });
  }
}

const KEPT = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true };

const toBsonValue = (value: Value): unknown =>
  BSON.deserialize(documentOf([toElement('value', value.type, bytesOf(value))]), KEPT).value;

function writtenValue(value: unknown): Value {
  const [element] = elementsOf(BSON.serialize({ value }));
  if (!element) throw new TypeError('it gave something that BSON has no type for');
  return toValue(element.type, element.value);
}
