import { type Element, elementOf, elementsOf, type Field } from '../../bson/elements.ts';
import { BSON_TYPE } from '../../bson/types.ts';
import type { IdOptions, IdSource } from '../id-strategies.ts';
import type { CdcWrite } from './cdc-handler.ts';
import {
  documentIn,
  type Envelope,
  filledOf,
  invalid,
  memberOf,
  openEnvelope,
  textOf,
  unexpected,
} from './envelope.ts';
import { keyColumnsOf, keyFilterOf, newRowFilter, refuseOtherId, rowFilterOf, upsertRow } from './table-rows.ts';

/**
 * Rows of relational databases as Qlik Replicate writes them: `{data, beforeData, headers: {operation}}`, with or
 * without a `message` around; the peer's `…cdc.qlik.rdbms.RdbmsHandler`.
 */
export function qlikRdbmsHandler(source: IdSource, ids: IdOptions): CdcWrite {
  const { record } = source;
  const value = filledOf(source.value());
  if (!value) return undefined;
  const outer = openEnvelope(value, record);
  const message = memberOf(outer, 'message') ? openEnvelope(documentIn(outer, 'message'), record) : outer;
  const keys = keyColumnsOf(source);
  switch (operationOf(message)) {
    case 'insert':
    case 'refresh':
    case 'read': {
      const filter = keys.length > 0 ? keyFilterOf(keys) : newRowFilter(source, ids);
      return upsertRow(filter, elementsOf(dataOf(message)), source);
    }
    case 'update':
      return update(message, keys, source);
    case 'delete':
      return { op: 'deleteOne', filter: keys.length > 0 ? keyFilterOf(keys) : deletedRow(message, source) };
    default:
      throw invalid(record, 'Expected the operation to be insert, refresh, read, update or delete, got another text');
  }
}

function operationOf(message: Envelope): string {
  const headers = memberOf(message, 'headers') ? openEnvelope(documentIn(message, 'headers'), message.record) : message;
  const operation = memberOf(headers, 'operation') ?? memberOf(headers, 'headers_operation');
  if (operation?.type !== BSON_TYPE.string) throw unexpected(message.record, 'the operation to be a text', operation);
  return textOf(operation).toLowerCase();
}

/** A message without `data` is the row itself. */
const dataOf = (message: Envelope): Uint8Array =>
  memberOf(message, 'data') ? documentIn(message, 'data') : message.document;

/** Sets the columns that changed; nothing where none did. */
function update(message: Envelope, keys: readonly Element[], source: IdSource): CdcWrite {
  const data = elementsOf(filled(dataOf(message), 'data', message));
  const before = memberOf(message, 'beforeData') ? documentIn(message, 'beforeData') : undefined;
  const old = elementsOf(before ?? message.document);
  const changed = data.filter((column) => !isSame(elementOf(old, column.name), column));
  if (changed.length === 0) return undefined;
  const filter =
    keys.length > 0 ? keyFilterOf(keys) : rowFilterOf(filled(before, 'beforeData, or a key', message), source);
  refuseOtherId(elementOf(elementsOf(filter), '_id'), changed, source);
  const description = {
    updated: changed,
    removed: [],
    truncated: [],
    // a column's name is a name, never a path
    disambiguated: new Map(changed.map(({ name }) => [name, [name]])),
  };
  return { op: 'described', filter, description, upsert: true };
}

const isSame = (old: Element | undefined, now: Element): boolean =>
  old?.type === now.type && Buffer.compare(old.value, now.value) === 0;

/** The first of data, beforeData and the message itself that is there: one without rows fits nothing. */
function deletedRow(message: Envelope, source: IdSource): Uint8Array {
  const name = ['data', 'beforeData'].find((candidate) => isPresent(memberOf(message, candidate)));
  return rowFilterOf(filled(name ? documentIn(message, name) : message.document, name ?? 'data', message), source);
}

const isPresent = (member: Field | undefined): boolean => member !== undefined && member.type !== BSON_TYPE.null;

function filled(document: Uint8Array | undefined, name: string, { record }: Envelope): Uint8Array {
  const row = filledOf(document);
  if (row) return row;
  throw invalid(record, `Expected columns in ${name}, got none`);
}
