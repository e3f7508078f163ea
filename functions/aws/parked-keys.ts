import { RetriableError } from '../connect/errors.ts';
import { type WaitingPosition, waitingText } from '../connect/parking.ts';
import { hasRoomFor, isSamePosition, withoutPositions, withPositions } from './waiting-list.ts';

/** A parked key as the table has it. */
export type ParkedKey = {
  readonly key: string;
  /** Positions whose dead letters wait, the next to be sent again first; never empty. */
  readonly waits: readonly WaitingPosition[];
  /** Changes with every write. */
  readonly version: string;
  /** Who writes the first one just now, and until when at most (milliseconds since 1970). */
  readonly hold?: Hold | undefined;
  /** The last one that was sent again and rejected again. */
  readonly tried?: { readonly position: string; readonly attempts: number } | undefined;
};

export type Hold = { readonly owner: string; readonly until: number };

type FirstOf = ReadonlyMap<string, WaitingPosition>;

/** The parked keys of one connector in the table. @throws RetriableError PARKED_KEYS_UNAVAILABLE */
export type ParkedItems = {
  /** The first position of each key, as far as one request tells; strongly consistent. */
  list(signal?: AbortSignal): Promise<{ readonly firstOf: FirstOf; readonly isWhole: boolean }>;
  /** The same of these keys alone. */
  find(keys: readonly string[], signal?: AbortSignal): Promise<FirstOf>;
  get(key: string): Promise<ParkedKey | undefined>;
  /** Whether the item was written: only where it still has the version, or where there is none and none was seen. */
  put(item: ParkedKey, seenVersion: string | undefined): Promise<boolean>;
  remove(key: string, seenVersion: string): Promise<boolean>;
};

/** What a put learns about parked keys from one request, or, where there are very many, from few more. */
export type FindParked = (keys: () => Iterable<string>) => Promise<FirstOf>;

export type ParkedKeys = {
  /** Asks at once; the answer holds for the records of a put that begins now. */
  look(signal: AbortSignal): FindParked;
  /**
   * Adds positions to a key. `gone`: it is not parked any more, and only what has to wait behind others was to be added.
   * `full`: its item has no room.
   */
  join(key: string, positions: readonly WaitingPosition[], how: 'parks' | 'waits'): Promise<'joined' | 'gone' | 'full'>;
  /** Takes positions out that are written or given up; the last one frees its key. `held`: a replay is just writing. */
  settle(key: string, positions: readonly WaitingPosition[]): Promise<'settled' | 'held'>;
  /** Holds a key for the replay of its first position. */
  hold(key: string, position: WaitingPosition, hold: Hold): Promise<HoldAnswer>;
  /** Ends a hold: `written` takes the position out, `attempts` notes that it was rejected again. */
  release(key: string, owner: string, ended: Ended): Promise<void>;
};

/** `settled`: the position does not wait any more. `waits`: behind that position, or for whoever writes it. */
export type HoldAnswer = { readonly is: 'held' } | { readonly is: 'settled' } | { readonly is: 'waits'; for: string };

export type Ended =
  | { readonly written: WaitingPosition }
  | { readonly rejected: WaitingPosition; readonly attempts: number }
  | 'unsettled';

type Deps = {
  /** A new random version: an item that was removed and made again must not look like the one that was seen. */
  newVersion(): string;
  /** Milliseconds since 1970. */
  now(): number;
};

/** In a row, before others change an item too often for us. */
const MOST_TRIES = 20;

/** A change of an item: what it becomes (nothing: removed, the same: no write), and the answer. */
type Change<T> = { readonly next: Omit<ParkedKey, 'version'> | undefined; readonly answer: T };

/** Compare and set over the items, so that a put, a replay and a person can change one at the same time. */
export function parkedKeys(items: ParkedItems, { newVersion, now }: Deps): ParkedKeys {
  async function change<T>(key: string, decide: (seen: ParkedKey | undefined) => Change<T>): Promise<T> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const seen = await items.get(key);
      const { answer, next } = decide(seen);
      if (next === seen) return answer;
      const isDone =
        next && next.waits.length > 0
          ? await items.put({ ...next, version: newVersion() }, seen?.version)
          : seen === undefined || (await items.remove(key, seen.version));
      // a write whose answer was lost is found done in the next round, and decided to need none
      if (isDone) return answer;
    }
    throw new RetriableError('PARKED_KEYS_UNAVAILABLE', 'A parked key is changed by others again and again');
  }

  const isHeld = (item: ParkedKey, owner?: string): boolean =>
    item.hold !== undefined && item.hold.owner !== owner && item.hold.until > now();

  return {
    look(signal) {
      const listing = items.list(signal);
      // who asks gets the error; nobody asks where nothing is written
      listing.catch(() => undefined);
      return async (keys) => {
        const { firstOf, isWhole } = await listing;
        return isWhole ? firstOf : items.find([...new Set(keys())], signal);
      };
    },

    join: (key, positions, how) =>
      change<'joined' | 'gone' | 'full'>(key, (seen) => {
        if (!seen && how === 'waits') return { next: seen, answer: 'gone' };
        const waits = withPositions(seen?.waits ?? [], positions);
        if (waits === seen?.waits) return { next: seen, answer: 'joined' };
        if (!hasRoomFor(waits)) return { next: seen, answer: 'full' };
        return { next: { key, ...seen, waits }, answer: 'joined' };
      }),

    settle: (key, positions) =>
      change<'settled' | 'held'>(key, (seen) => {
        const waits = seen && withoutPositions(seen.waits, positions);
        if (!seen || waits === seen.waits) return { next: seen, answer: 'settled' };
        return isHeld(seen) ? { next: seen, answer: 'held' } : { next: { ...seen, waits: waits! }, answer: 'settled' };
      }),

    hold: (key, position, hold) =>
      change<HoldAnswer>(key, (seen) => {
        const waits = seen?.waits.some((other) => isSamePosition(other, position));
        if (!seen || !waits) return { next: seen, answer: { is: 'settled' } };
        const [first] = seen.waits;
        if (!isSamePosition(first, position)) return { next: seen, answer: { is: 'waits', for: waitingText(first!) } };
        if (isHeld(seen, hold.owner)) return { next: seen, answer: { is: 'waits', for: 'another replay of it' } };
        if (seen.hold?.owner === hold.owner) return { next: seen, answer: { is: 'held' } };
        return { next: { ...seen, hold }, answer: { is: 'held' } };
      }),

    release: (key, owner, ended) =>
      change(key, (seen) => {
        if (seen?.hold?.owner !== owner) return { next: seen, answer: undefined };
        const { hold: _, ...free } = seen;
        if (ended === 'unsettled') return { next: free, answer: undefined };
        if ('written' in ended) {
          return { next: { ...free, waits: withoutPositions(free.waits, [ended.written]) }, answer: undefined };
        }
        const tried = { position: waitingText(ended.rejected), attempts: ended.attempts };
        return { next: { ...free, tried }, answer: undefined };
      }),
  };
}
