import { DataError } from '../../../../connect/errors.ts';
import type { Schema } from '../../../../connect/records.ts';
import type { JsonFormat } from '../../bson/json-formats.ts';
import type { ToValue } from './conversion.ts';
import { createInferShape } from './infer-shape.ts';
import { settleShape } from './merge-shapes.ts';
import type { Shape } from './shape.ts';
import { createShapeTable } from './shape-table.ts';
import { createToValue } from './to-value.ts';

/** The schema of one document, and the conversion to it. */
export type Inferred = { readonly schema: Schema; readonly toValue: ToValue };

/**
 * Prepares the inference of schemas, one for each document: nothing of a document is carried over to another. Documents
 * of the same shape get the same schema object, so that whoever writes schemas can know them by it.
 *
 * The inference throws a DataError where a document has a field without a name.
 */
export function createInferSchema(format: JsonFormat): (document: Buffer) => Inferred {
  let memory = createMemory();

  return (document) => {
    if (memory.table.isFull()) memory = createMemory();
    const shape = memory.shapeOf(document);
    const known = memory.inferred.get(shape);
    if (known) return known;
    const settled = settleShape(shape, memory.table);
    const inferred = memory.inferred.get(settled) ?? toInferred(settled, format);
    memory.inferred.set(settled, inferred);
    memory.inferred.set(shape, inferred);
    return inferred;
  };
}

function createMemory() {
  const table = createShapeTable();
  return { table, shapeOf: createInferShape(table), inferred: new Map<Shape, Inferred>() };
}

function toInferred(shape: Shape, format: JsonFormat): Inferred {
  const schema = { ...toSchema(shape), optional: false };
  // a field has only its own value, not one that its name is a path to
  return { schema, toValue: createToValue(schema, format, 'literal') };
}

function toSchema(shape: Shape): Schema {
  switch (shape.kind) {
    case 'scalar':
      return shape.schema;
    case 'array':
      return { type: 'array', optional: true, name: shape.name, valueSchema: toSchema(shape.items) };
    case 'struct': {
      // Connect's schemas can't have one, so that no reader would take it
      if (shape.fields.has('')) {
        throw new DataError('RECORD_INVALID', 'Expected a name for each field of an inferred schema, got an empty one');
      }
      const fields = [...shape.fields].map(([field, inner]) => ({ field, schema: toSchema(inner) }));
      return { type: 'struct', optional: true, name: shape.name, fields };
    }
  }
}
