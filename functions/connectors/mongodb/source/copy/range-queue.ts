import type { CopyReader } from './copy-reader.ts';
import type { RangeProgress } from './range.ts';
import type { RangeFinder } from './split-namespace.ts';

/** A range to read, from where it is. */
export type TakenRange = RangeProgress & {
  /** It was not known before. */
  readonly isNew: boolean;
};

/** Ranges that are still to be read: each is given to one reader at a time. */
export type RangeQueue = {
  /** The next range; nothing: there is none left. */
  take(reader: Pick<CopyReader, 'ask'>): Promise<TakenRange | undefined>;
  /** For a range that was left before its end. */
  putBack(progress: RangeProgress): void;
  /** All ranges were taken and none was put back. */
  readonly isEmpty: boolean;
  /** Namespaces of which ranges may still be unknown. */
  readonly unknownNamespaces: number;
};

/** First what was begun, then one namespace after another. */
export function createRangeQueue(begun: readonly RangeProgress[], finders: readonly RangeFinder[]): RangeQueue {
  const open = [...begun];
  const unknown = [...finders];
  let last: Promise<unknown> = Promise.resolve();

  async function takeNow(reader: Pick<CopyReader, 'ask'>): Promise<TakenRange | undefined> {
    const waiting = open.shift();
    if (waiting) return { ...waiting, isNew: false };
    for (let finder = unknown[0]; finder; finder = unknown[0]) {
      const range = await finder.next(reader);
      if (!range || range.isLast) unknown.shift();
      if (range) return { range, lastId: undefined, done: false, isNew: true };
    }
    return undefined;
  }

  return {
    // one after another: where a range begins is only known once the one before has its end
    take(reader) {
      const taken = last.then(() => takeNow(reader));
      last = taken.catch(() => undefined);
      return taken;
    },
    putBack: (progress) => void open.push(progress),
    get isEmpty() {
      return open.length === 0 && unknown.length === 0;
    },
    get unknownNamespaces() {
      return unknown.length;
    },
  };
}
