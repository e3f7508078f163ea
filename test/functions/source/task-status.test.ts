import { expect, test } from 'vitest';
import type { Position } from '../../../functions/source/offset-commits.ts';
import { trackStatus } from '../../../functions/source/task-status.ts';

const LIMITS = { deliveryTimeoutMs: 120_000, streamTimeoutMs: 30_000, copyTimeoutMs: 600_000, openTimeoutMs: 60_000 };

function rig() {
  const clock = { at: 0, monotonic: () => clock.at, now: () => 1_000_000 + clock.at };
  const commits = {
    waiting: undefined as number | undefined,
    progressAt: 0,
    watermark: undefined as Position | undefined,
    waitingSince: () => commits.waiting,
  };
  const status = trackStatus(LIMITS, clock);
  status.watch(commits);
  return { clock, commits, status };
}

test.each([
  ['a waiting task watches the lease, however long', 'waiting', 1e9, undefined, 0, true],
  ['a task is given time to open its stream', 'positioning', 59_999, undefined, 0, true],
  ['a stream that does not open is stuck', 'positioning', 60_000, undefined, 0, false],
  ['an idle stream yields empty batches', 'streaming', 100_000, undefined, 90_000, true],
  // no batch, not even an empty one: the cursor hangs
  ['a stream without any batch is stuck', 'streaming', 100_000, undefined, 70_000, false],
  ['retries are under way within delivery.timeout.ms', 'streaming', 100_000, 1_000, 0, true],
  ['a batch that waits for longer is stuck', 'streaming', 130_000, 1_000, 0, false],
  ['a copy gives the database time for a long aggregation', 'copying', 599_999, undefined, 0, true],
  ['a copy of which nothing is acknowledged is stuck', 'copying', 600_000, undefined, 0, false],
  // replacing a stopped task would not help: a person has to deploy
  ['a stopped task is healthy', 'stopped', 1e9, undefined, 0, true],
] as const)('%s', (_, state, now, waiting, progressAt, healthy) => {
  const { clock, commits, status } = rig();
  status.enter(state);
  commits.waiting = waiting;
  commits.progressAt = progressAt;
  clock.at = now;
  expect(status.health().healthy).toBe(healthy);
});

test('the first batch behind a copy ends that state', () => {
  const { status } = rig();
  status.enter('copying');
  status.note({ records: [], offset: {}, phase: 'copying' });
  expect(status.state).toBe('copying');
  status.note({ records: [], offset: {} });
  expect(status.state).toBe('streaming');
});

test('a copy that heals a lost position is one in the middle of streaming', () => {
  const { status } = rig();
  status.enter('streaming');
  status.note({ records: [], offset: {}, phase: 'copying' });
  expect(status.state).toBe('copying');
  status.enter('draining');
  status.note({ records: [], offset: {}, phase: 'copying' });
  expect(status.state).toBe('draining');
});

test('the lag is the age of the last change event, and nothing on an idle stream', () => {
  const { status } = rig();
  const record = { topic: 't', keySchema: null, key: null, valueSchema: null, value: null };
  status.note({ records: [record, record], offset: {}, clusterTimeSeconds: 990 });
  expect(status.health()).toMatchObject({ records: 2, lagSeconds: 10 });
  status.note({ records: [], offset: {}, clusterTimeSeconds: 990 });
  expect(status.health()).toMatchObject({ records: 2, lagSeconds: 0 });
});

test('the token ages from the time inside the position that everything is acknowledged before, also while nothing moves', () => {
  const { clock, commits, status } = rig();
  expect(status.tokenAgeSeconds()).toBeUndefined();
  commits.watermark = { offset: {}, offsetTimeSeconds: 995 };
  expect(status.tokenAgeSeconds()).toBe(5);
  clock.at = 60_000;
  expect(status.tokenAgeSeconds()).toBe(65);
  // of another server, whose tokens tell no time
  commits.watermark = { offset: {} };
  expect(status.tokenAgeSeconds()).toBeUndefined();
});
