import { documentOf, elementOf, elementsOf, fieldOf } from '../bson/elements.ts';
import { BSON_TYPE } from '../bson/types.ts';
import { comparableOf } from './comparable.ts';
import type { Write } from './writes.ts';

/** What was written into a statement, read back: few writes are asked. */
type Stated = Pick<Write, 'command' | 'statement'>;

/** The same text for writes that may address the same document; nothing where there is no `_id` to tell by. */
export function documentIdOf({ command, statement }: Stated): string | undefined {
  const id = fieldOf(command === 'insert' ? statement : fieldOf(statement, 'q')!.value, '_id');
  return id && id.type !== BSON_TYPE.undefined ? comparableOf(id.type, id.value) : undefined;
}

/** The filter of an update or delete. */
export const filterOf = ({ statement }: Pick<Stated, 'statement'>): Uint8Array =>
  elementOf(elementsOf(statement), 'q')!.value;

/** Whether the write makes its document where it is missing. */
export const makesDocument = ({ command, statement }: Stated): boolean =>
  command === 'update' && elementOf(elementsOf(statement), 'upsert')?.value[0] === 1;

/** The whole document that the write would have stored; nothing where that depends on what is there. */
export function wholeDocumentOf({ command, statement }: Stated): Uint8Array | undefined {
  if (command === 'delete') return undefined;
  const members = elementsOf(statement);
  if (command === 'insert') return elementOf(members, '_id') ? statement : undefined;
  const update = elementOf(members, 'u');
  if (update?.type !== BSON_TYPE.document) return undefined;
  const fields = elementsOf(update.value);
  if (fields[0]?.name.startsWith('$')) return undefined;
  const id = elementOf(fields, '_id') ?? elementOf(elementsOf(filterOf({ statement })), '_id');
  return id && documentOf([id, ...fields.filter(({ name }) => name !== '_id')]);
}

/** The filter of a whole document's `_id`. */
export const idFilterOf = (document: Uint8Array): Uint8Array =>
  documentOf(elementsOf(document).filter(({ name }) => name === '_id'));

/** Whether nothing of what was there before the write is there after it. */
export const leavesNothingBehind = (write: Stated): boolean =>
  write.command !== 'update' || (makesDocument(write) && wholeDocumentOf(write) !== undefined);
