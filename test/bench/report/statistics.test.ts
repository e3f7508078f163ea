import { expect, test } from 'vitest';
import { median, percentile, ratioOf, spreadOf } from '../../../bench/report/statistics.ts';

test.each([
  ['the middle one, however they come', [9, 1, 5], 5],
  ['numbers are not sorted as text', [10, 9, 100], 10],
  ['the mean of the two in the middle', [4, 1, 3, 2], 2.5],
  ['one alone', [7], 7],
  ['none', [], Number.NaN],
])('median: %s', (_, values, expected) => {
  expect(median(values)).toBe(expected);
});

test('a spread has the least and the most beside the median', () => {
  expect(spreadOf([3, 1, 8])).toEqual({ median: 3, least: 1, most: 8 });
});

test.each([
  // the machine was half as fast in the second pair, for both
  ['what disturbs both sides of a pair leaves the ratio alone', [300, 150, 330], [100, 50, 110], [3, 3, 3]],
  ['a pair without its other half does not count', [300, 100], [100], [3, 3, 3]],
  ['the median is of the ratios, not a ratio of medians', [10, 90, 60], [10, 30, 30], [2, 1, 3]],
])('ratio: %s', (_, ours, theirs, [median, least, most]) => {
  expect(ratioOf(ours, theirs)).toEqual({ median, least, most });
});

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

test.each([
  [0.5, hundred, 50],
  [0.9, hundred, 90],
  [0.99, hundred, 99],
  [1, hundred, 100],
  [0, hundred, 1],
  [0.99, [4], 4],
  [0.5, [], Number.NaN],
])('%f of the values do not exceed it', (share, values, expected) => {
  expect(percentile(values, share)).toBe(expected);
});
