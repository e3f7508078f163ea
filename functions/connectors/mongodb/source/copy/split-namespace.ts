import type { Document } from 'mongodb';
import { readReply } from '../cursor-reply.ts';
import type { Namespace } from '../namespace-map.ts';
import type { CopyLimits } from './copy-limits.ts';
import type { CopyReader } from './copy-reader.ts';
import {
  type Bound,
  type Bracket,
  bracketNamed,
  bracketsBetween,
  isBehind,
  toBound,
  toCondition,
} from './id-brackets.ts';
import type { Range, RangeProgress } from './range.ts';

/** The ranges of a namespace, found one after another while others are read already. */
export type RangeFinder = {
  readonly namespace: Namespace;
  /** The next range that is not known yet; nothing: all are. */
  next(reader: Pick<CopyReader, 'ask'>): Promise<Range | undefined>;
};

/** A namespace that can't be cut is one range. */
export function wholeNamespace(namespace: Namespace, known: readonly RangeProgress[]): RangeFinder {
  let isFound = known.length > 0;
  return {
    namespace,
    async next() {
      if (isFound) return undefined;
      isFound = true;
      return { namespace, number: 0, bracket: undefined, from: undefined, to: undefined, isLast: true };
    },
  };
}

/**
 * Finds ranges by walking the index of `_id`: the `_id` that is so many keys behind the end of the last range.
 *
 * That needs the right to read and nothing else, works alike on every server, reads keys only, and the copy begins with
 * the first range while the others are still unknown. (`$sample` and `$bucketAuto` read the collection, `splitVector`
 * needs rights that readers don't have, and neither is known to all services that speak MongoDB's protocol.)
 *
 * `known` are the ranges that an earlier task found: it goes on behind the last of them.
 */
export function splitNamespace(
  namespace: Namespace,
  known: readonly RangeProgress[],
  limits: Pick<CopyLimits, 'rangeDocuments'>,
): RangeFinder {
  let last = known.at(-1)?.range;
  let brackets: readonly Bracket[] | undefined;

  return {
    namespace,
    async next(reader) {
      if (last?.isLast) return undefined;
      brackets ??= await findBrackets(namespace, reader);
      const bracket = nextBracket(brackets, last);
      const number = (last?.number ?? -1) + 1;
      // nothing is left of what was there when the last range was found, or there was nothing at all
      if (!bracket) return undefined;
      const from = bracket.name === last?.bracket ? last.to : undefined;
      const to = bracket.isOrdered
        ? await walk(namespace, toCondition(bracket, from, undefined), documentsOf(number, limits), reader)
        : undefined;
      const isLast = !to && bracket.name === brackets.at(-1)?.name;
      last = { namespace, number, bracket: bracket.name, from, to, isLast };
      return last;
    },
  };
}

/** Where the last range has an end, what is behind it in its bracket; else the bracket behind. */
function nextBracket(brackets: readonly Bracket[], last: Range | undefined): Bracket | undefined {
  if (!last?.bracket) return brackets[0];
  const { bracket, to } = last;
  return to ? bracketNamed(bracket) : brackets.find(({ name }) => isBehind(name, bracket));
}

/** An index has two ends, which tell what can be between. */
async function findBrackets(namespace: Namespace, reader: Pick<CopyReader, 'ask'>): Promise<readonly Bracket[]> {
  const last = await readKey(namespace, {}, -1, 0, reader);
  const first = last && (await readKey(namespace, {}, 1, 0, reader));
  return first ? bracketsBetween(first, last) : [];
}

/** The `_id` that is `count` documents on; nothing: there are fewer. */
export async function walk(
  namespace: Namespace,
  condition: unknown,
  start: number,
  reader: Pick<CopyReader, 'ask'>,
): Promise<Bound | undefined> {
  for (let count = start; ; count *= 2) {
    const key = await readKey(namespace, { _id: condition }, 1, count - 1, reader);
    const bound = key && toBound(key);
    // an `_id` that can't be written exactly is no end; another one will do
    if (bound || !key) return bound;
  }
}

/** A document with just its `_id`, from the index alone. */
async function readKey(
  { database, collection }: Namespace,
  filter: Document,
  direction: 1 | -1,
  skip: number,
  { ask }: Pick<CopyReader, 'ask'>,
): Promise<Buffer | undefined> {
  const sort = { _id: direction };
  const command = { find: collection, filter, projection: { _id: 1 }, sort, skip, limit: 1, singleBatch: true };
  return readReply(await ask(database, command)).events[0];
}

/** Ranges grow with their number, so that a large collection has hundreds of items and not hundreds of thousands. */
function documentsOf(number: number, { rangeDocuments }: Pick<CopyLimits, 'rangeDocuments'>): number {
  return rangeDocuments * 2 ** Math.min(MOST_DOUBLINGS, Math.floor(number / RANGES_OF_A_SIZE));
}

const RANGES_OF_A_SIZE = 32;
/** 128 times the first size: skipping so many keys still takes a second or two. */
const MOST_DOUBLINGS = 7;
