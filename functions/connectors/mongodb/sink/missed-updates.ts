import { elementOf, elementsOf } from '../bson/elements.ts';
import { comparableOf } from './comparable.ts';
import { leavesNothingBehind, makesDocument } from './statement-parts.ts';
import type { Write } from './writes.ts';

/** An update that was executed; `hasMade`: its document was not there, so it made it. */
export type Executed = { readonly write: Write; readonly hasMade: boolean };

/** Updates that make no document, so that they may have found none. */
export const mayMiss = (executed: readonly Executed[]): Write[] =>
  executed.flatMap(({ write }) => (write.command === 'update' && !makesDocument(write) ? [write] : []));

/** The `_id`s of documents, as `Write.id` says them. */
export const idsOf = (documents: readonly Uint8Array[]): ReadonlySet<string> =>
  new Set(
    documents.flatMap((document) => {
      const id = elementOf(elementsOf(document), '_id');
      return id ? [comparableOf(id.type, id.value)] : [];
    }),
  );

/**
 * Which updates of a command found no document, for the server tells only how many.
 *
 * A document that is there afterwards was there for all of them, unless one of them made it: then it was missing before
 * that one. Another client that makes or deletes it in the same moment can't be told apart.
 */
export function missedOf(executed: readonly Executed[], present: ReadonlySet<string>): Write[] {
  const made = new Map<string | undefined, number>();
  for (const [place, { write, hasMade }] of executed.entries()) if (hasMade) made.set(write.id, place);
  return executed.flatMap(({ write }, place) => {
    if (write.id === undefined || makesDocument(write)) return [];
    const madeAt = made.get(write.id);
    const isMissed = madeAt === undefined ? !present.has(write.id) : place < madeAt;
    return isMissed ? [write] : [];
  });
}

/**
 * Those of the missed updates that somebody misses: no later write of the put leaves nothing of their document. A batch
 * that comes again after its deletes were written is full of the others.
 */
export function notOvertaken(missed: readonly Write[], all: readonly Write[]): Write[] {
  const ids = new Set(missed.map(({ id }) => id));
  const last = new Map<string | undefined, number>();
  for (const write of all) if (ids.has(write.id) && leavesNothingBehind(write)) last.set(write.id, write.index);
  return missed.filter(({ id, index }) => (last.get(id) ?? -1) < index);
}
