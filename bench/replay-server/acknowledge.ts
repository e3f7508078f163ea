import { type Document, Long } from 'mongodb';
import { documentsIn, type WireCommand } from './wire.ts';

/** What was acknowledged: the operations of writes, and the commands that they came in. */
export type Writes = { documents: number; commands: number };

/** The member of a write command that holds its operations. */
const OPERATIONS = { insert: 'documents', update: 'updates', delete: 'deletes', bulkWrite: 'ops' } as const;

export const isWrite = (name: string): name is keyof typeof OPERATIONS => Object.hasOwn(OPERATIONS, name);

/** The answer to a write that did all that it should, of which nothing is done. */
export function acknowledge({ body, name, sequences }: WireCommand, writes: Writes): Document {
  const list = OPERATIONS[name as keyof typeof OPERATIONS];
  const operations: readonly (Document | Buffer)[] = sequences[list]
    ? [...documentsIn(sequences[list])]
    : (body[list] as Document[]);
  writes.documents += operations.length;
  writes.commands += 1;
  if (name === 'bulkWrite') return toBulkAnswer(operations.map(kindOf), body.errorsOnly === true);
  return { ok: 1, n: operations.length, nModified: operations.length };
}

/** What an operation of a bulk write is: the name of its first field. */
function kindOf(operation: Document | Buffer): string {
  if (!Buffer.isBuffer(operation)) return Object.keys(operation)[0] ?? '';
  const FIRST_NAME = 5;
  return operation.toString('latin1', FIRST_NAME, operation.indexOf(0, FIRST_NAME));
}

function toBulkAnswer(kinds: readonly string[], isShort: boolean): Document {
  const counted = (kind: string) => kinds.filter((each) => each === kind).length;
  return {
    ok: 1,
    cursor: { id: Long.ZERO, ns: 'admin.$cmd.bulkWrite', firstBatch: isShort ? [] : kinds.map(toResult) },
    nErrors: 0,
    nInserted: counted('insert'),
    nMatched: counted('update'),
    nModified: counted('update'),
    nUpserted: 0,
    nDeleted: counted('delete'),
  };
}

const toResult = (kind: string, idx: number): Document => ({
  ok: 1,
  idx,
  n: 1,
  ...(kind === 'update' && { nModified: 1 }),
});
