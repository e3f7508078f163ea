import type { Schema } from '../../../../connect/records.ts';
import type { JsonFormat } from '../../bson/json-formats.ts';
import { BSON_TYPE } from '../../bson/types.ts';
import type { Prepare, ToValue } from './conversion.ts';
import type { Naming } from './field-lookup.ts';
import { createToArray, createToMap } from './to-collection.ts';
import { createToScalar } from './to-scalar.ts';
import { createToStruct } from './to-struct.ts';

/**
 * Prepares the conversion to a schema, which may contain itself: everything that the schema decides is decided here,
 * not once for each document. Values that have no Connect type become JSON texts of that format; `naming` says whether
 * names of fields may be paths.
 */
export function createToValue(schema: Schema, format: JsonFormat, naming: Naming): ToValue {
  /** By the list of fields, which is one for all places of a record that refers to itself. */
  const structs = new Map<Schema['fields'], ToValue>();

  const prepare: Prepare = (each, path) => {
    const toValue = prepareRequired(each, path);
    if (!each.optional) return toValue;
    return (source, type, start, out) => (type === BSON_TYPE.null ? null : toValue(source, type, start, out));
  };

  const prepareRequired: Prepare = (each, path) => {
    switch (each.type) {
      case 'array':
        return createToArray(each, path, prepare);
      case 'map':
        return createToMap(each, path, prepare);
      case 'struct':
        return structs.get(each.fields) ?? prepareStruct(each, path);
      default:
        return createToScalar(each, path, format);
    }
  };

  const prepareStruct: Prepare = (each, path) => {
    let toStruct: ToValue;
    // stands for the struct inside of itself
    structs.set(each.fields, (source, type, start, out) => toStruct(source, type, start, out));
    toStruct = createToStruct(each, path, naming, prepare);
    return toStruct;
  };

  return prepare(schema, '');
}
