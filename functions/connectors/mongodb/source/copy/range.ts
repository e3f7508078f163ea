import type { SourceItem } from '../../../../connect/connector.ts';
import type { Namespace } from '../namespace-map.ts';
import type { Bound, BracketName } from './id-brackets.ts';

/** A part of a namespace that is read by one aggregation at a time, and whose progress is stored. */
export type Range = {
  readonly namespace: Namespace;
  /** From 0, in the order in which the ranges of a namespace were found. */
  readonly number: number;
  /** Nothing: the whole namespace, in no order. */
  readonly bracket: BracketName | undefined;
  /** Begins behind this `_id`; nothing: where its bracket does. */
  readonly from: Bound | undefined;
  /** Ends with this `_id`; nothing: where its bracket does. */
  readonly to: Bound | undefined;
  /** The namespace has nothing behind it. */
  readonly isLast: boolean;
};

/** How far a range is: what is up to `lastId` was handed over. */
export type RangeProgress = { readonly range: Range; readonly lastId: Bound | undefined; readonly done: boolean };

/** `copy#shop.orders#0`. All attributes are always there, so that a new copy leaves nothing of an earlier one. */
export function toRangeItem({ range, lastId, done }: RangeProgress, run: string): SourceItem {
  const { namespace, number, bracket, from, to, isLast } = range;
  const { database, collection } = namespace;
  return {
    item: `copy#${database}.${collection}#${number}`,
    attributes: {
      run,
      database,
      collection,
      number,
      bracket: bracket ?? null,
      from: from ?? null,
      to: to ?? null,
      lastId: lastId ?? null,
      isLast,
      done,
    },
  };
}

/**
 * The ranges of each namespace (`db.coll`) that a copy found, in their order; items of an earlier copy don't count.
 *
 * Ranges are found side by side, so a later one can be stored before an earlier one. What is behind a gap is left out:
 * it will be found again.
 */
export function rangesOf(items: readonly SourceItem[], run: string): ReadonlyMap<string, readonly RangeProgress[]> {
  const found = items
    .filter(({ item, attributes }) => item.startsWith('copy#') && attributes.run === run)
    .map(({ attributes }) => toProgress(attributes))
    .sort((a, b) => a.range.number - b.range.number);
  const namespaces = Map.groupBy(found, ({ range }) => nameOf(range.namespace));
  return new Map(
    [...namespaces].map(([name, ranges]) => {
      const gap = ranges.findIndex(({ range }, index) => range.number !== index);
      return [name, gap < 0 ? ranges : ranges.slice(0, gap)];
    }),
  );
}

export const nameOf = ({ database, collection }: Namespace): string => `${database}.${collection}`;

function toProgress(attributes: SourceItem['attributes']): RangeProgress {
  const bound = (value: unknown) => (value instanceof Uint8Array ? Buffer.from(value) : undefined);
  return {
    range: {
      namespace: { database: String(attributes.database), collection: String(attributes.collection) },
      number: Number(attributes.number),
      bracket: (attributes.bracket as BracketName | null) ?? undefined,
      from: bound(attributes.from),
      to: bound(attributes.to),
      isLast: attributes.isLast === true,
    },
    lastId: bound(attributes.lastId),
    done: attributes.done === true,
  };
}
