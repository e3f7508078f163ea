import { DataError } from '../../../connect/errors.ts';
import { positionOf, type SinkRecord } from '../../../connect/records.ts';
import { documentOf, type Element, elementsOf, toElement } from '../bson/elements.ts';
import { BSON_TYPE } from '../bson/types.ts';
import type { Raw } from './expression.ts';

/**
 * The filter of a business key: a document with its fields, or with the paths of its fields where it is a part of
 * another document. Empty documents in it have no path, and arrays stay whole.
 *
 * @throws DataError where nothing is left: such a filter would be any document.
 */
export function businessKeyFilter(key: Raw, isFlat: boolean, record: SinkRecord): Buffer {
  const fields = elementsOf(key.value);
  const filter = isFlat ? [...flatten(fields, '', new Map()).values()] : fields;
  if (filter.length > 0) return documentOf(filter);
  throw new DataError(
    'RECORD_INVALID',
    `Expected a business key with a field at ${positionOf(record)}, got none: it would be any document`,
  );
}

/** Of two fields with one path the last one counts, at the place of the first. */
function flatten(fields: readonly Element[], prefix: string, flat: Map<string, Element>): Map<string, Element> {
  for (const { name, type, value } of fields) {
    const path = `${prefix}${name}`;
    if (type === BSON_TYPE.document) flatten(elementsOf(value), `${path}.`, flat);
    else flat.set(path, toElement(path, type, value));
  }
  return flat;
}
