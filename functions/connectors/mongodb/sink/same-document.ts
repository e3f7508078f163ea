import { type Element, elementOf, elementsOf } from '../bson/elements.ts';
import { comparableOf } from './comparable.ts';
import type { Write } from './writes.ts';

/** The writes whose document is stored already, as they would have made it. */
export function repeatedOf(documents: ReadonlyMap<Write, Uint8Array>, stored: readonly Uint8Array[]): Write[] {
  const byId = new Map(stored.map((document) => [idTextOf(document), document]));
  return [...documents].flatMap(([write, document]) => {
    const found = byId.get(idTextOf(document));
    return found && isSameDocument(found, document) ? [write] : [];
  });
}

function idTextOf(document: Uint8Array): string | undefined {
  const id = elementOf(elementsOf(document), '_id');
  return id && comparableOf(id.type, id.value);
}

/** But for the `_id`, which the server moves to the front. */
function isSameDocument(stored: Uint8Array, written: Uint8Array): boolean {
  const [rest, storedRest] = [written, stored].map((document) =>
    elementsOf(document).filter(({ name }) => name !== '_id'),
  );
  return rest!.length === storedRest!.length && rest!.every((element, index) => isEqual(element, storedRest![index]!));
}

const isEqual = (one: Element, other: Element): boolean => Buffer.compare(one.bytes, other.bytes) === 0;
