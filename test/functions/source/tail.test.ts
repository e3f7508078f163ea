import { expect, test } from 'vitest';
import type { SourceBatch } from '../../../functions/connect/connector.ts';
import { RetriableError, StoppedError } from '../../../functions/connect/errors.ts';
import { OPTIONAL_STRING, type SourceRecord } from '../../../functions/connect/records.ts';
import { trackOffsets } from '../../../functions/source/offset-commits.ts';
import { type TailDeps, tail } from '../../../functions/source/tail.ts';
import { silentLog } from '../../support/silent-log.ts';

const record = (value: string): SourceRecord => ({
  topic: 't',
  keySchema: null,
  key: null,
  valueSchema: OPTIONAL_STRING,
  value,
});
const batch = (token: string, ...values: string[]): SourceBatch => ({
  records: values.map(record),
  offset: { _id: token },
});

/** Notes every effect in order; `acknowledge` and `fail` decide when and how a send ends. */
function rig(batches: readonly SourceBatch[]) {
  const calls: string[] = [];
  const sends: { acknowledge(): void; fail(error: Error): void }[] = [];
  const commits = trackOffsets(0, {
    log: silentLog,
    monotonic: () => 0,
    save: async ({ offset }, sequence) => void calls.push(`save ${offset._id} as ${sequence}`),
    saveItem: async ({ item, attributes }) => void calls.push(`save ${item} at ${attributes.at}`),
  });
  const deps: TailDeps = {
    async *poll(signal) {
      yield* batches;
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    },
    produce({ records }) {
      if (records.length === 0) return Promise.resolve();
      calls.push(`produce ${records.map(({ value }) => value).join()}`);
      return new Promise((acknowledge, fail) => sends.push({ acknowledge, fail }));
    },
    room: async () => undefined,
    commits,
    assertHeld: () => undefined,
    onBatch: () => undefined,
    onOpened: () => void calls.push('opened'),
  };
  return { calls, commits, deps, sends };
}

test('stores the opening position before anything is produced', async () => {
  const { calls, deps, sends } = rig([batch('a'), batch('b', '1')]);
  const stop = new AbortController();
  const running = tail(deps, stop.signal);
  await expect.poll(() => sends.length).toBe(1);
  expect(calls).toEqual(['save a as 1', 'opened', 'produce 1']);
  stop.abort();
  sends[0]?.acknowledge();
  await running;
});

test('saves a position only after Kafka acknowledged everything before it', async () => {
  const { calls, commits, deps, sends } = rig([batch('a'), batch('b', '1'), batch('c', '2'), batch('d', '3')]);
  const stop = new AbortController();
  const running = tail(deps, stop.signal);
  await expect.poll(() => sends.length).toBe(3);
  sends[1]?.acknowledge();
  sends[2]?.acknowledge();
  await expect.poll(() => commits.waitingSince()).toBe(0);
  await commits.save();
  expect(calls.filter((call) => call.startsWith('save'))).toEqual(['save a as 1']);
  sends[0]?.acknowledge();
  await expect.poll(() => commits.waitingSince()).toBeUndefined();
  await commits.save();
  expect(calls.at(-1)).toBe('save d as 2');
  stop.abort();
  await running;
});

const item = (name: string, at: number) => ({ item: name, attributes: { at } });

test('stores items only once their batch and all before it are acknowledged, before the position', async () => {
  const batches = [
    batch('a'),
    { ...batch('a', '1'), items: [item('copy#0', 1)] },
    { ...batch('b', '2'), items: [item('copy#1', 1), item('copy#0', 2)] },
  ];
  const { calls, commits, deps, sends } = rig(batches);
  const stop = new AbortController();
  const running = tail(deps, stop.signal);
  await expect.poll(() => sends.length).toBe(2);
  sends[1]?.acknowledge();
  await commits.save();
  expect(calls.filter((call) => call.startsWith('save'))).toEqual(['save a as 1']);
  sends[0]?.acknowledge();
  await expect.poll(() => commits.waitingSince()).toBeUndefined();
  await commits.save();
  expect(calls.slice(-3)).toEqual(['save copy#0 at 2', 'save copy#1 at 1', 'save b as 2']);
  await commits.save();
  expect(calls.at(-1)).toBe('save b as 2');
  stop.abort();
  await running;
});

test('stores items although the position stands still, and again what could not be stored', async () => {
  const calls: string[] = [];
  let isDown = true;
  const commits = trackOffsets(0, {
    log: silentLog,
    monotonic: () => 0,
    save: async () => void calls.push('position'),
    async saveItem({ item: name }) {
      if (isDown && name === 'copy#1') throw new RetriableError('OFFSET_STORE_UNAVAILABLE', 'table gone');
      calls.push(name);
    },
  });
  commits.track(batch('a'), Promise.resolve());
  await commits.settled();
  await commits.save();
  commits.track({ ...batch('a'), items: [item('copy#0', 1), item('copy#1', 1)] }, Promise.resolve());
  await commits.settled();
  await expect(commits.save()).rejects.toThrow('table gone');
  isDown = false;
  await commits.save();
  expect(calls).toEqual(['position', 'copy#0', 'copy#1']);
});

test('moves the position of an idle stream', async () => {
  const { calls, commits, deps } = rig([batch('a'), batch('b'), batch('c')]);
  const stop = new AbortController();
  const running = tail(deps, stop.signal);
  await expect.poll(() => commits.watermark?.offset._id).toBe('c');
  await commits.save();
  expect(calls).toEqual(['save a as 1', 'opened', 'save c as 2']);
  stop.abort();
  await running;
});

test('keeps the old position when Kafka refuses a batch, and fails', async () => {
  const { calls, commits, deps, sends } = rig([batch('a'), batch('b', '1'), batch('c', '2')]);
  const running = tail(deps, new AbortController().signal);
  await expect.poll(() => sends.length).toBe(2);
  sends[1]?.acknowledge();
  sends[0]?.fail(new RetriableError('KAFKA_DELIVERY_TIMEOUT', 'no answer'));
  await expect(running).rejects.toThrow('no answer');
  await commits.save();
  expect(calls.filter((call) => call.startsWith('save'))).toEqual(['save a as 1']);
});

test('produces nothing once the lease is lost', async () => {
  const { calls, deps } = rig([batch('a'), batch('b', '1')]);
  let checks = 0;
  const assertHeld = () => {
    checks += 1;
    if (checks > 1) throw new StoppedError('LEASE_LOST', 'lost');
  };
  await expect(tail({ ...deps, assertHeld }, new AbortController().signal)).rejects.toThrow('lost');
  expect(calls).toEqual(['save a as 1', 'opened']);
});

test('produces nothing when the opening position cannot be stored', async () => {
  const { calls, deps, sends } = rig([batch('a'), batch('b', '1')]);
  const refuse = new RetriableError('OFFSET_STORE_UNAVAILABLE', 'table gone');
  const commits = trackOffsets(0, {
    log: silentLog,
    monotonic: () => 0,
    save: () => Promise.reject(refuse),
    saveItem: async () => undefined,
  });
  await expect(tail({ ...deps, commits }, new AbortController().signal)).rejects.toThrow('table gone');
  expect([calls, sends]).toEqual([[], []]);
});

test('drains at a stop: waits for what is under way before it ends', async () => {
  const { deps, sends } = rig([batch('a'), batch('b', '1')]);
  const stop = new AbortController();
  let ended = false;
  const running = tail(deps, stop.signal).then(() => {
    ended = true;
  });
  await expect.poll(() => sends.length).toBe(1);
  stop.abort();
  await new Promise((resolve) => setImmediate(resolve));
  expect(ended).toBe(false);
  sends[0]?.acknowledge();
  await running;
});
