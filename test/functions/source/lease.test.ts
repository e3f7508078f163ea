import { expect, test } from 'vitest';
import type { LeaseItem } from '../../../functions/aws/offset-store.ts';
import { RetriableError } from '../../../functions/connect/errors.ts';
import { acquireLease, type LeaseDeps } from '../../../functions/source/lease.ts';
import { silentLog } from '../../support/silent-log.ts';

const LEASE_MS = 200;

/** A lease item in memory, with the conditions of the real store. */
function memoryStore() {
  const state: { item: LeaseItem | undefined; renewals: number; refuse: Error | undefined } = {
    item: undefined,
    renewals: 0,
    refuse: undefined,
  };
  let versions = 0;
  const put = (next: Omit<LeaseItem, 'version' | 'renewedAt'>, seen: string | undefined) => {
    if (state.refuse) throw state.refuse;
    if (state.item?.version !== seen) return undefined;
    versions += 1;
    state.item = { ...next, version: String(versions), renewedAt: '' };
    return state.item;
  };
  const store: LeaseDeps['store'] = {
    readLease: async () => state.item,
    takeLease: async (seen, owner) => put({ owner, epoch: (seen?.epoch ?? 0) + 1 }, seen?.version),
    async renewLease(held) {
      state.renewals += 1;
      return put({ owner: held.owner, epoch: held.epoch }, held.version);
    },
    releaseLease: async (held) => void put({ epoch: held.epoch }, held.version),
  };
  return { state, store };
}

const depsOf = (store: LeaseDeps['store'], monotonic = () => performance.now()): LeaseDeps => ({
  store,
  monotonic,
  log: silentLog,
});
const acquire = (deps: LeaseDeps, owner: string, signal = new AbortController().signal) =>
  acquireLease(deps, { owner, leaseMs: LEASE_MS }, signal);

test('takes a free lease at once and raises the epoch each time', async () => {
  const { store } = memoryStore();
  const first = await acquire(depsOf(store), 'a');
  expect(first.epoch).toBe(1);
  await first.release();
  const second = await acquire(depsOf(store), 'b');
  expect(second.epoch).toBe(2);
  await second.release();
});

test('waits while another task renews, and gets in once that one is gone for a whole lease', async () => {
  const { state, store } = memoryStore();
  const first = await acquire(depsOf(store), 'a');
  let second: Awaited<ReturnType<typeof acquire>> | undefined;
  const waiting = acquire(depsOf(store), 'b').then((lease) => {
    second = lease;
  });
  await expect.poll(() => state.renewals, { timeout: 5000 }).toBeGreaterThan(4);
  expect(second).toBeUndefined();
  await first.release();
  await waiting;
  expect(second?.epoch).toBe(2);
  await second?.release();
});

test('takes over a lease that nobody renews any more', async () => {
  const { state, store } = memoryStore();
  state.item = { owner: 'dead', epoch: 7, version: 'v', renewedAt: '' };
  const began = performance.now();
  const lease = await acquire(depsOf(store), 'b');
  expect(lease.epoch).toBe(8);
  expect(performance.now() - began).toBeGreaterThanOrEqual(LEASE_MS - 1);
  await lease.release();
});

test('counts as lost once the deadline has passed, also before any timer noticed', async () => {
  const { store } = memoryStore();
  let now = 0;
  const lease = await acquire(
    depsOf(store, () => now),
    'a',
  );
  lease.assertHeld();
  now = LEASE_MS;
  expect(() => lease.assertHeld()).toThrow('lease of epoch 1 was lost');
  expect(lease.lost.aborted).toBe(true);
  await lease.release();
});

test('does not renew past its deadline, even if nobody took the lease', async () => {
  const { state, store } = memoryStore();
  let now = 0;
  const lease = await acquire(
    depsOf(store, () => now),
    'a',
  );
  now = LEASE_MS + 1;
  await expect.poll(() => lease.lost.aborted).toBe(true);
  expect(state.renewals).toBe(0);
  await lease.release();
});

test('survives a store that fails for less than the lease', async () => {
  const { state, store } = memoryStore();
  let now = 0;
  const lease = await acquire(
    depsOf(store, () => now),
    'a',
  );
  state.refuse = new RetriableError('OFFSET_STORE_UNAVAILABLE', 'down');
  await expect.poll(() => state.renewals).toBeGreaterThan(0);
  now = LEASE_MS - 1;
  state.refuse = undefined;
  const failed = state.renewals;
  await expect.poll(() => state.renewals).toBeGreaterThan(failed + 1);
  // past the first deadline, within the one that the renewal moved
  now = LEASE_MS + 1;
  lease.assertHeld();
  await lease.release();
});

test('is lost when another task took it over', async () => {
  const { state, store } = memoryStore();
  const lease = await acquire(depsOf(store), 'a');
  state.item = { owner: 'b', epoch: 2, version: 'other', renewedAt: '' };
  await expect.poll(() => lease.lost.aborted).toBe(true);
  await lease.release();
  expect(state.item.owner).toBe('b');
});

test('stops waiting when the task is told to stop', async () => {
  const { state, store } = memoryStore();
  state.item = { owner: 'other', epoch: 1, version: 'v', renewedAt: '' };
  const stop = new AbortController();
  const waiting = acquire(depsOf(store), 'b', stop.signal);
  stop.abort();
  await expect(waiting).rejects.toThrow('aborted');
});
