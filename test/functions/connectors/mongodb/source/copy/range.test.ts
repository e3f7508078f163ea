import { BSON } from 'mongodb';
import { expect, test } from 'vitest';
import {
  type RangeProgress,
  rangesOf,
  toRangeItem,
} from '../../../../../../functions/connectors/mongodb/source/copy/range.ts';

const RUN = '2026-01-01T00:00:00.000Z';
const place = (_id: number) => Buffer.from(BSON.serialize({ _id }));

const progress = (number: number, over: Partial<RangeProgress> = {}): RangeProgress => ({
  range: {
    namespace: { database: 'shop', collection: 'orders#1' },
    number,
    bracket: 'number',
    from: number === 0 ? undefined : place(number * 10),
    to: place(number * 10 + 10),
    isLast: false,
  },
  lastId: undefined,
  done: false,
  ...over,
});

test('ranges are read back as they were stored, in the order of their numbers', () => {
  const ranges = Array.from({ length: 12 }, (_, number) =>
    progress(number, { lastId: place(number), done: number < 5 }),
  );
  const items = ranges.toReversed().map((range) => toRangeItem(range, RUN));
  expect(items.at(-1)?.item).toBe('copy#shop.orders#1#0');
  expect(rangesOf(items, RUN)).toEqual(new Map([['shop.orders#1', ranges]]));
});

test('what is behind a range that is missing was found too early to count', () => {
  const items = [0, 1, 3, 4].map((number) => toRangeItem(progress(number), RUN));
  expect(rangesOf(items, RUN).get('shop.orders#1')).toEqual([progress(0), progress(1)]);
});

test('the ranges of an earlier copy and the plan do not count', () => {
  const items = [toRangeItem(progress(0), 'earlier'), { item: 'copy', attributes: { run: RUN } }];
  expect(rangesOf(items, RUN)).toEqual(new Map());
});

test('a new copy leaves nothing of what an earlier one stored in an item', () => {
  const earlier = toRangeItem(progress(0, { lastId: place(5), done: true }), 'earlier').attributes;
  const { attributes } = toRangeItem({ ...progress(0), range: { ...progress(0).range, to: undefined } }, RUN);
  expect({ ...earlier, ...attributes }).toEqual(attributes);
});
