import { type Element, elementOf, elementsOf } from '../../bson/elements.ts';
import { BSON_TYPE } from '../../bson/types.ts';
import type { IdOptions, IdSource } from '../id-strategies.ts';
import type { CdcWrite } from './cdc-handler.ts';
import { type DebeziumOperation, debeziumOperationOf } from './debezium-operation.ts';
import { type Envelope, filledOf, memberOf, openEnvelope, unexpected } from './envelope.ts';
import { keyColumnsOf, keyFilterOf, newRowFilter, rowFilterOf, upsertRow } from './table-rows.ts';

/**
 * Rows of relational databases in Debezium's envelope `{op, before, after}`: the peer's
 * `…cdc.debezium.rdbms.RdbmsHandler`, and those for MySQL and PostgreSQL, which do the same.
 */
export function debeziumRdbmsHandler(source: IdSource, ids: IdOptions): CdcWrite {
  const document = filledOf(source.value());
  if (!document) return undefined;
  const event = openEnvelope(document, source.record);
  const operation = debeziumOperationOf(event);
  if (typeof operation !== 'string') return operation;
  const keys = keyColumnsOf(source);
  const filter = filterOf(operation, keys, event, source, ids);
  if (operation === 'd') return { op: 'deleteOne', filter };
  // key columns live in the _id alone
  const columns = elementsOf(rowIn(event, 'after')).filter(({ name }) => !elementOf(keys, name));
  return upsertRow(filter, columns, source);
}

function filterOf(
  operation: DebeziumOperation,
  keys: readonly Element[],
  event: Envelope,
  source: IdSource,
  ids: IdOptions,
): Uint8Array {
  if (keys.length > 0) return keyFilterOf(keys);
  const isNew = operation === 'c' || operation === 'r';
  return isNew ? newRowFilter(source, ids) : rowFilterOf(rowIn(event, 'before'), source);
}

function rowIn(event: Envelope, name: 'before' | 'after'): Uint8Array {
  const member = memberOf(event, name);
  const row = member?.type === BSON_TYPE.document ? filledOf(member.value) : undefined;
  if (!row) throw unexpected(event.record, `${name} to be a document with columns`, member);
  return row;
}
