import { expect, test } from 'vitest';
import { toLine, toRate } from '../../../bench/measure/rate.ts';

const BEGIN = { at: 5000, events: 30_000, usage: { cpuSeconds: 4, peakBytes: 1e8 } };
const END = { at: 7000, events: 130_000, usage: { cpuSeconds: 5.5, peakBytes: 2e8 } };

test('a rate counts what was between two moments, and memory to the end', () => {
  expect(toRate(BEGIN, END)).toEqual({ events: 100_000, perSecond: 50_000, cpuPerMillion: 15, peakBytes: 2e8 });
});

test('a line says it in short', () => {
  expect(toLine('bson, ours', toRate(BEGIN, END))).toBe('bson, ours: 50000 events/s, 15.00 CPU s per million, 200 MB');
});
