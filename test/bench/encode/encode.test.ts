import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { checkRatios } from '../../../bench/encode/check-ratios.ts';
import { leastCosts } from '../../../bench/encode/least-costs.ts';

const series = (side: string, ...micros: readonly number[]) => ({
  work: 'bson',
  side,
  rounds: micros.map((cpuPerMillion) => ({ cpuPerMillion })),
});

test.each([
  ['cheap enough', [10, 5], [20, 12], true, '2.40'],
  // one undisturbed round of each is enough
  ['rounds that were disturbed don\u2019t count', [50, 5], [10, 10], true, '2.00'],
  ['too dear', [6, 7], [11, 13], false, '1.83'],
])('an output is compared with the plain way by its best round: %s', (_, ours, plain, isEnough, got) => {
  const sentence = `bson: expected to be 2 times as cheap as the plain way, got ${got} times`;
  const measured = [series('ours', ...ours), series('plain', ...plain)];
  expect(checkRatios(measured, { bson: 2 })).toEqual([{ isEnough, sentence }]);
});

test('an output that was not measured does not pass', () => {
  expect(checkRatios([], { bson: 2 })).toMatchObject([{ isEnough: false }]);
});

test('works take turns, and the least of their passes counts, by event', () => {
  const calls: string[] = [];
  const costs: Record<string, number[]> = { a: [9, 4, 8], b: [30, 50, 20] };
  let clock = 0;
  const work = (name: string, events: number) => ({
    encode() {
      calls.push(name);
      clock += costs[name]!.shift()!;
      return 0;
    },
    events: Array<Buffer>(events).fill(Buffer.of()),
  });
  expect(leastCosts([work('a', 2), work('b', 10)], 3, () => clock)).toEqual([2, 2]);
  expect(calls.join('')).toBe('ababab');
});

// in a process of its own: what vitest makes of the imports is slower than what is measured
test('every output is as many times cheaper than the plain way as it has to be', { timeout: 120_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['bench/main.ts', 'encode', '--check']);
  expect(stdout.trim().split('\n')).toHaveLength(4);
});
