import { DataError } from '../../../connect/errors.ts';
import { positionOf, type SinkRecord } from '../../../connect/records.ts';
import { documentOf, type Element, elementOf, elementsOf, toElement } from '../bson/elements.ts';
import { BSON_TYPE } from '../bson/types.ts';
import { hasOperatorNames } from './cdc/write-of.ts';
import { fields, type Raw, toDocument } from './expression.ts';
import type { IdSource } from './id-strategies.ts';
import type { WriteModel } from './write-models.ts';

type Strategy = (value: Uint8Array | undefined, source: IdSource) => WriteModel;

/** Write model strategies by the simple name of the peer's class; `value` has been through the chain. */
export const writeModelStrategies = {
  DefaultWriteModelStrategy: (value, source) => replaceOne(value, source.record),
  ReplaceOneDefaultStrategy: (value, source) => replaceOne(value, source.record),
  UpdateOneDefaultStrategy(value, { record }) {
    const { id, rest } = split(value, record);
    const set = { type: BSON_TYPE.document, value: documentOf(rest) };
    return { op: 'updateOne', filter: documentOf([id]), update: toDocument(fields(['$set', set])), upsert: true };
  },
  DeleteOneDefaultStrategy(_value, { record, key }) {
    const document = key();
    if (!document) throw refuse('the key document was missing unexpectedly', record);
    return { op: 'deleteOne', filter: elementOf(elementsOf(document), '_id') ? document : idFilter(toKey(document)) };
  },
} as const satisfies Record<string, Strategy>;

export type WriteModelStrategy = keyof typeof writeModelStrategies;

/** The delete of a record without a value, by its id strategy. */
export const deleteById = (id: Raw): WriteModel => ({ op: 'deleteOne', filter: idFilter(id) });

const idFilter = ({ type, value }: Raw): Buffer => documentOf([toElement('_id', type, value)]);
const toKey = (value: Uint8Array): Raw => ({ type: BSON_TYPE.document, value });

function replaceOne(value: Uint8Array | undefined, record: SinkRecord): WriteModel {
  const { id } = split(value, record);
  const replacement = value ?? documentOf([]);
  if (hasOperatorNames(replacement)) {
    throw refuse('field names in a replacement document can not start with $', record);
  }
  return { op: 'replaceOne', filter: documentOf([id]), replacement, upsert: true };
}

function split(value: Uint8Array | undefined, record: SinkRecord): { id: Element; rest: Element[] } {
  if (!value) throw refuse('the value document was missing unexpectedly', record);
  const elements = elementsOf(value);
  const id = elementOf(elements, '_id');
  if (!id) throw refuse('the `_id` field was missing unexpectedly', record);
  return { id, rest: elements.filter((element) => element !== id) };
}

const refuse = (what: string, record: SinkRecord): DataError =>
  new DataError('RECORD_INVALID', `Could not build the WriteModel at ${positionOf(record)}: ${what}`);
