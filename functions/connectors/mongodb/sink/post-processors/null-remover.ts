import { BSON_TYPE } from '../../bson/types.ts';
import { documentsIn, type Fields } from '../../bson/values.ts';

/** Removes null fields at any depth of documents and in documents directly inside arrays; null elements stay. */
export function removeNulls(fields: Fields): void {
  for (const [name, value] of fields) {
    if (value.type === BSON_TYPE.null) fields.delete(name);
    else for (const inner of documentsIn(value)) removeNulls(inner);
  }
}
