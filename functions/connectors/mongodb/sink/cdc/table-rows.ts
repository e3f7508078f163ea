import { documentOf, type Element, elementOf, elementsOf, toElement } from '../../bson/elements.ts';
import { BSON_TYPE } from '../../bson/types.ts';
import { type IdOptions, type IdSource, idStrategies } from '../id-strategies.ts';
import type { WriteModel } from '../write-models.ts';
import { filledOf, invalid } from './envelope.ts';

/** Rows of relational tables as documents: the columns of the primary key make the `_id`. */

/** The columns of the record's key; none where the table has no key. */
export const keyColumnsOf = ({ key }: IdSource): readonly Element[] => {
  const document = filledOf(key());
  return document ? elementsOf(document) : [];
};

/** `{_id: {<key columns>}}`. */
export const keyFilterOf = (columns: readonly Element[]): Uint8Array =>
  documentOf([toElement('_id', BSON_TYPE.document, documentOf(columns))]);

/** The new row of a table without a key gets an id as the ObjectId strategy makes it. */
export function newRowFilter(source: IdSource, ids: IdOptions): Uint8Array {
  const { type, value } = idStrategies.BsonOidStrategy(source, ids);
  return documentOf([toElement('_id', type, value)]);
}

/**
 * The row that is found by all of its columns, for there is no key.
 *
 * @throws DataError where a column would mean something else in a filter than itself.
 */
export function rowFilterOf(row: Uint8Array, { record }: IdSource): Uint8Array {
  if (elementsOf(row).every(isLiteral)) return row;
  throw invalid(record, 'Expected columns that can be compared as they are, got names or values that are operators');
}

const isLiteral = ({ name, type, value }: Element): boolean =>
  !name.startsWith('$') &&
  !name.includes('.') &&
  type !== BSON_TYPE.regex &&
  !(type === BSON_TYPE.document && elementsOf(value)[0]?.name.startsWith('$'));

/**
 * The write of a whole row: its `_id` is that of the filter.
 *
 * @throws DataError where a column of that name says otherwise: the server would refuse the write.
 */
export function upsertRow(filter: Uint8Array, columns: readonly Element[], source: IdSource): WriteModel {
  const id = elementOf(elementsOf(filter), '_id');
  refuseOtherId(id, columns, source);
  const rest = columns.filter(({ name }) => name !== '_id' || !id);
  return { op: 'replaceOne', filter, replacement: documentOf(id ? [id, ...rest] : rest), upsert: true };
}

/** @throws DataError where the columns have an `_id` that is not that of the filter. */
export function refuseOtherId(id: Element | undefined, columns: readonly Element[], { record }: IdSource): void {
  const column = elementOf(columns, '_id');
  if (!id || !column || Buffer.compare(id.bytes, column.bytes) === 0) return;
  throw invalid(record, 'Expected no column _id beside the key, got one that contradicts the _id of the document');
}
