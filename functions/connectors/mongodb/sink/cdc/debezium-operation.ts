import { BSON_TYPE } from '../../bson/types.ts';
import type { Ignored } from './cdc-handler.ts';
import { type Envelope, invalid, memberOf, textOf, unexpected } from './envelope.ts';

/** create, snapshot (read), update, delete; Debezium's others (truncate, message) say nothing about one document. */
const OPERATIONS = ['c', 'r', 'u', 'd'] as const;

export type DebeziumOperation = (typeof OPERATIONS)[number];

/**
 * What a Debezium event says has happened; a change of the schema concerns no document.
 *
 * @throws DataError where it is none of them.
 */
export function debeziumOperationOf(event: Envelope): DebeziumOperation | Ignored {
  const op = memberOf(event, 'op');
  if (!op && memberOf(event, 'ddl')) return { op: 'ignored', event: 'schema change' };
  if (op?.type !== BSON_TYPE.string) throw unexpected(event.record, 'op to be a text', op);
  const operation = OPERATIONS.find((known) => known === textOf(op));
  if (!operation) throw invalid(event.record, `Expected op to be one of ${OPERATIONS.join(', ')}, got another text`);
  return operation;
}
