import type { WriteError } from './write-verdict.ts';
import type { Write } from './writes.ts';

/**
 * Writes that met a unique value of another document, and all behind them that may be about the same document: they
 * wait until everything else is written.
 */
export type WaitingWrites = {
  readonly size: number;
  /** Whether a write must wait for one that waits already. */
  mustWait(write: Write): boolean;
  add(write: Write, error?: WriteError): void;
  /** The writes that nothing waiting is in front of; they are taken out. */
  takeFirst(): Write[];
  /** Why a write is here again. */
  errorOf(write: Write): WriteError | undefined;
  remove(write: Write): void;
};

export function waitingWrites(): WaitingWrites {
  const waiting = new Map<Write, WriteError | undefined>();
  const ids = new Set<string | undefined>();
  const remember = () => {
    ids.clear();
    for (const { id } of waiting.keys()) ids.add(id);
  };
  return {
    get size() {
      return waiting.size;
    },
    // without an `_id` in its filter a write may be about any document
    mustWait: (write) => waiting.size > 0 && (write.id === undefined || ids.has(undefined) || ids.has(write.id)),
    add(write, error) {
      waiting.set(write, error);
      ids.add(write.id);
    },
    takeFirst() {
      const first = firstOfEach([...waiting.keys()].sort((one, other) => one.index - other.index));
      for (const write of first) waiting.delete(write);
      remember();
      return first;
    },
    errorOf: (write) => waiting.get(write),
    remove(write) {
      waiting.delete(write);
      remember();
    },
  };
}

/** Those of a list that no earlier one may share its document with. */
function firstOfEach(writes: readonly Write[]): Write[] {
  const seen = new Set<string | undefined>();
  return writes.filter(({ id }) => {
    const isFirst = seen.size === 0 || (id !== undefined && !seen.has(undefined) && !seen.has(id));
    seen.add(id);
    return isFirst;
  });
}
