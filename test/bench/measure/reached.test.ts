import { expect, test } from 'vitest';
import { reached } from '../../../bench/measure/reached.ts';

const USAGE = { cpuSeconds: 1, peakBytes: 2 };

test('the sample has what was done by then, which may be more than was waited for', async () => {
  let done = 0;
  const count = async () => {
    done += 40;
    return done;
  };
  const sample = await reached(100, { name: 'orders', count, usage: () => USAGE, failure: () => undefined });
  expect(sample).toMatchObject({ events: 120, usage: USAGE });
});

test('what failed is not waited for', async () => {
  const failed = { name: 'orders', count: async () => 7, usage: () => USAGE, failure: () => 'no server' };
  await expect(reached(100, failed)).rejects.toThrow('Expected 100 events of orders, got 7: no server');
});
