import { DataError } from '../../../../connect/errors.ts';
import { positionOf, type SinkRecord } from '../../../../connect/records.ts';
import { type Element, elementOf, elementsOf } from '../../bson/elements.ts';
import { BSON_TYPE } from '../../bson/types.ts';
import type { WriteModel } from '../write-models.ts';
import { parseUpdateDescription } from './update-description.ts';
import { replaceWith, updateOf } from './update-of.ts';

/**
 * The write that a change event of MongoDB stands for; nothing for events that change no document and for tombstones.
 * Stands in for `com.mongodb.kafka.connect.sink.cdc.mongodb.ChangeStreamHandler`; the record's key is not read.
 *
 * @throws DataError where the event lacks a field, or has one that can't be applied.
 */
export function toWriteModel(event: Uint8Array | undefined, record: SinkRecord): WriteModel | undefined {
  if (event === undefined) return undefined;
  const at = positionOf(record);
  const members = elementsOf(event);
  switch (operationOf(members, at)) {
    case 'insert':
    case 'replace':
      return replace(members, at, true);
    case 'update':
      return update(members, at);
    case 'delete':
      return { op: 'deleteOne', filter: documentIn(members, 'documentKey', at) };
    default:
      return undefined;
  }
}

function operationOf(members: readonly Element[], at: string): string {
  const operation = elementOf(members, 'operationType');
  if (operation?.type !== BSON_TYPE.string) throw invalid('operationType to be a text', operation, at);
  return Buffer.from(operation.value)
    .toString('utf8', 4, operation.value.length - 1)
    .toLowerCase();
}

function update(members: readonly Element[], at: string): WriteModel {
  const filter = documentIn(members, 'documentKey', at);
  const full = elementOf(members, 'fullDocument');
  // null: the document was deleted before the server looked it up; the description still says what changed
  const isGone = full?.type === BSON_TYPE.null && elementOf(members, 'updateDescription') !== undefined;
  if (full && !isGone) return replace(members, at, false);
  const description = parseUpdateDescription(documentIn(members, 'updateDescription', at), at);
  return { op: 'updateOne', filter, update: updateOf(description), upsert: false };
}

function replace(members: readonly Element[], at: string, upsert: boolean): WriteModel {
  const filter = documentIn(members, 'documentKey', at);
  const replacement = documentIn(members, 'fullDocument', at);
  return hasOperatorNames(replacement)
    ? { op: 'updateOne', filter, update: replaceWith(replacement), upsert }
    : { op: 'replaceOne', filter, replacement, upsert };
}

/** Whether a field at the top begins with `$`, other than those of a DBRef: a replacement must not have one. */
export const hasOperatorNames = (document: Uint8Array): boolean =>
  elementsOf(document).some(({ name }) => name.startsWith('$') && !['$ref', '$id', '$db'].includes(name));

function documentIn(members: readonly Element[], name: string, at: string): Uint8Array {
  const member = elementOf(members, name);
  if (member?.type !== BSON_TYPE.document) throw invalid(`${name} to be a document`, member, at);
  return member.value;
}

function invalid(expected: string, got: Element | undefined, at: string): DataError {
  const what = got === undefined ? 'nothing' : got.type === BSON_TYPE.null ? 'null' : `BSON type ${got.type}`;
  return new DataError('CHANGE_EVENT_INVALID', `Expected ${expected}, got ${what} at ${at}`);
}
