import { expect, test } from 'vitest';
import { toLatency } from '../../../bench/latency/measure-latency.ts';

const available = [0, 10, 20, 30, 40];

test('each event is compared with its own record, and the first ones are left out', () => {
  expect(toLatency(available, [500, 12, 21, 33, 44], 1)).toEqual({ p50Ms: 2, p90Ms: 4, p99Ms: 4, maxMs: 4 });
});

test.each([
  ['a record more: it came twice', [1, 11, 21, 31, 41, 41]],
  ['a record less', [1, 11, 21, 31]],
])('refuses to compare: %s', (_, read) => {
  expect(() => toLatency(available, read, 0)).toThrow(`Expected 5 records, got ${read.length}`);
});
