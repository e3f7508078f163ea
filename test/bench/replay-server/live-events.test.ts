import { expect, test } from 'vitest';
import { openLiveEvents, sharedNow } from '../../../bench/replay-server/live-events.ts';

test('events are added in order, none before its time, and each has the time when it was there', async () => {
  const live = openLiveEvents(100);
  const began = sharedNow();
  const times = await live.add(1000, 20);
  expect(live.available()).toBe(120);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times).toHaveLength(20);
  for (const [index, time] of times.entries()) expect(time - began).toBeGreaterThanOrEqual(index + 1);
});

test('who waits for more is woken by the next event', async () => {
  const live = openLiveEvents(100);
  const woken = live.moreThan(100, performance.now() + 60_000).then(() => live.available());
  const added = live.add(200, 3);
  expect(await woken).toBeGreaterThan(100);
  await added;
});

test('who waits in vain is woken at the deadline', async () => {
  const live = openLiveEvents(100);
  await live.moreThan(100, performance.now() + 5);
  expect(live.available()).toBe(100);
});
