import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventSourceMapping } from '../../../../infra/local/event-source-mapping/mapping.ts';
import type { MappingRecord } from '../../../../infra/local/event-source-mapping/msk-event.ts';
import { type MappingOptions, parseMappingSettings } from '../../../../infra/local/event-source-mapping/settings.ts';
import type { ReaderListener } from '../../../../infra/local/event-source-mapping/topic-reader.ts';
import type { InvocationResult } from '../../../../infra/local/invocation.ts';
import { at, origin } from './mapping-records.ts';

type Delivered = { partition: number; offset: number }[];
type Handler = (records: Delivered) => InvocationResult | Promise<InvocationResult>;

const SUCCEEDED: InvocationResult = { status: 'succeeded', payload: 'null' };
const FAILED: InvocationResult = { status: 'failed', error: { errorType: 'Error', errorMessage: 'poison' } };

/** A mapping on a reader that the test is, which notes what is asked of it. */
function openMapping(options: Partial<MappingOptions>, handler: Handler) {
  const calls: string[] = [];
  const commits = new Map<number, number>();
  const reports: string[] = [];
  const problems: unknown[] = [];
  let listener: ReaderListener | undefined;
  const settings = parseMappingSettings(
    {
      topic: 'orders',
      consumerGroupId: 'connect-orders',
      maximumBatchingWindowSeconds: 0,
      provisioned: {},
      retryBackoffMs: { first: 1, most: 2 },
      ...options,
    },
    Date.now(),
  );
  const mapping = new EventSourceMapping(settings, {
    origin,
    openReader(given) {
      listener = given;
      return {
        pause: (partition) => calls.push(`pause ${partition}`),
        resume: (partition) => calls.push(`resume ${partition}`),
        async commit(offsets) {
          for (const [partition, offset] of offsets) {
            calls.push(`commit ${partition}@${offset}`);
            commits.set(partition, offset);
          }
        },
        ends: async () => new Map(),
        async [Symbol.asyncDispose]() {
          calls.push('leave');
        },
      };
    },
    async invoke(event) {
      try {
        return await handler(Object.values(JSON.parse(event).records as Record<string, Delivered>).flat());
      } catch (error) {
        // for the mapping, a failed assertion would be just another failed invocation
        problems.push(error);
        throw error;
      }
    },
    now: Date.now,
    random: () => 0,
    report: (line) => reports.push(line),
  });
  const read = (records: readonly MappingRecord[]) => {
    for (const [partition, group] of Map.groupBy(records, (record) => record.partition))
      listener!.read(partition, group, group.at(-1)!.offset + 1);
  };
  return { mapping, listener: listener!, read, calls, commits, reports, problems };
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(1);
}

test('commits only after the response', async () => {
  const answer = Promise.withResolvers<InvocationResult>();
  const { mapping, listener, read, calls } = openMapping({}, () => answer.promise);
  listener.joined(new Map([[0, 0]]));
  read([at(0, 0), at(0, 1)]);
  await sleep(20);
  expect(calls).toEqual([]);
  answer.resolve(SUCCEEDED);
  await until(() => calls.length > 0);
  expect(calls).toEqual(['commit 0@2']);
  await mapping[Symbol.asyncDispose]();
});

test('finishes what is in flight before it leaves the group', async () => {
  const answer = Promise.withResolvers<InvocationResult>();
  const { mapping, listener, read, calls } = openMapping({ batchSize: 1 }, () => answer.promise);
  listener.joined(new Map([[0, 0]]));
  read([at(0, 0), at(0, 1)]);
  const stopped = mapping[Symbol.asyncDispose]();
  await sleep(20);
  answer.resolve(SUCCEEDED);
  await stopped;
  expect(calls.filter((call) => !/pause|resume/.test(call))).toEqual(['commit 0@1', 'leave']);
});

test('stops reading a partition while too much of it waits', async () => {
  let isDown = true;
  const { mapping, listener, read, calls, commits } = openMapping({ batchSize: 2 }, () =>
    isDown ? FAILED : SUCCEEDED,
  );
  listener.joined(new Map([[0, 0]]));
  read([at(0, 0), at(0, 1), at(0, 2), at(0, 3), at(0, 4), at(0, 5)]);
  await sleep(5);
  expect(calls).toEqual(['pause 0']);
  isDown = false;
  await until(() => commits.get(0) === 6);
  expect(calls).toContain('resume 0');
  await mapping[Symbol.asyncDispose]();
});

test('goes on with other partitions while one is held', async () => {
  const { mapping, listener, read, commits } = openMapping({ batchSize: 1 }, ([first]) =>
    first!.partition === 0 ? FAILED : SUCCEEDED,
  );
  listener.joined(
    new Map([
      [0, 0],
      [1, 0],
    ]),
  );
  read([at(0, 0), at(1, 0), at(1, 1), at(1, 2)]);
  await until(() => commits.get(1) === 3);
  expect(commits.has(0)).toBe(false);
  expect(mapping.stats()).toMatchObject({ state: 'retrying', records: 3, lag: 1, detail: 'Error: poison' });
  await mapping[Symbol.asyncDispose]();
});

test('says which records it gave up', async () => {
  const { mapping, listener, read, commits, reports } = openMapping({ retryAttempts: 1 }, () => FAILED);
  listener.joined(new Map([[0, 0]]));
  read([at(0, 0), at(0, 1)]);
  await until(() => commits.get(0) === 2);
  expect(reports).toEqual([
    'Event source mapping: dropped orders-0@0, RetryAttemptsExhausted',
    'Event source mapping: dropped orders-0@1, RetryAttemptsExhausted',
  ]);
  expect(mapping.stats()).toMatchObject({ records: 0, dropped: 2, batches: 2, failures: 2 });
  await mapping[Symbol.asyncDispose]();
});

test('leaves out records that are too old', async () => {
  const young = Date.now();
  const delivered: number[] = [];
  const { mapping, listener, read, commits } = openMapping({ maximumRecordAgeSeconds: 60 }, (records) => {
    delivered.push(...records.map(({ offset }) => offset));
    return SUCCEEDED;
  });
  listener.joined(new Map([[0, 0]]));
  read([at(0, 0, { timestamp: young - 61_000 }), at(0, 1, { timestamp: young })]);
  await until(() => commits.get(0) === 2);
  expect(delivered).toEqual([1]);
  await mapping[Symbol.asyncDispose]();
});

test('does not deliver again what it has when the group is joined again', async () => {
  const answer = Promise.withResolvers<InvocationResult>();
  const delivered: number[] = [];
  const { mapping, listener, read, commits } = openMapping({ batchSize: 2 }, (records) => {
    delivered.push(...records.map(({ offset }) => offset));
    return answer.promise;
  });
  listener.joined(new Map([[0, 0]]));
  read([at(0, 0), at(0, 1), at(0, 2)]);
  listener.interrupted('the broker restarts');
  expect(mapping.stats()).toMatchObject({ state: 'connecting', detail: 'the broker restarts' });
  listener.joined(new Map([[0, 0]]));
  read([at(0, 0), at(0, 1), at(0, 2), at(0, 3)]);
  answer.resolve(SUCCEEDED);
  await until(() => commits.get(0) === 4);
  expect(delivered).toEqual([0, 1, 2, 3]);
  await mapping[Symbol.asyncDispose]();
});

test('leaves the records of a lost partition to the member that has it now', async () => {
  const { mapping, listener, read, commits } = openMapping({}, ([first]) =>
    first!.partition === 0 ? FAILED : SUCCEEDED,
  );
  listener.joined(new Map([[0, 0]]));
  read([at(0, 0)]);
  await until(() => mapping.stats().failures > 1);
  listener.joined(new Map([[1, 0]]));
  read([at(1, 0)]);
  await until(() => commits.get(1) === 1);
  expect(commits.has(0)).toBe(false);
  expect(mapping.stats()).toMatchObject({ lag: 0 });
  await mapping[Symbol.asyncDispose]();
});

/**
 * A handler that fails at random, on a mapping with random settings: every record is delivered in the end, none before
 * one of its partition that is not settled, no two batches of a partition at once, nothing committed that is not settled.
 */
test('keeps its guarantees whatever the function answers', async () => {
  const scenario = fc.record({
    records: fc.array(fc.nat(2), { minLength: 1, maxLength: 25 }),
    answers: fc.infiniteStream(fc.constantFrom('succeed', 'succeed', 'throw', 'report', 'malformed', 'throttle')),
    batchSize: fc.integer({ min: 1, max: 10 }),
    concurrentInvocations: fc.integer({ min: 1, max: 3 }),
    bisectBatchOnError: fc.boolean(),
    afterFailure: fc.constantFrom('replay-rest', 'only-failed'),
    duplicateRate: fc.constantFrom(0, 1),
  });
  await fc.assert(
    fc.asyncProperty(scenario, async ({ records: partitions, answers, ...options }) => {
      const counts = new Map<number, number>();
      const records = partitions.map((partition) => {
        const offset = counts.get(partition) ?? 0;
        counts.set(partition, offset + 1);
        return at(partition, offset);
      });
      const settled = new Set<string>();
      const inFlight = new Set<number>();
      const key = ({ partition, offset }: { partition: number; offset: number }) => `${partition}@${offset}`;
      const opened = openMapping({ ...options, reportBatchItemFailures: true }, async (delivered) => {
        const touched = new Set(delivered.map(({ partition }) => partition));
        for (const partition of touched) {
          expect(inFlight.has(partition)).toBe(false);
          inFlight.add(partition);
          const offsets = delivered.filter((each) => each.partition === partition).map(({ offset }) => offset);
          expect(offsets).toEqual(offsets.toSorted((one, other) => one - other));
          if (options.afterFailure === 'replay-rest')
            for (let offset = 0; offset < offsets[0]!; offset += 1) expect(settled).toContain(`${partition}@${offset}`);
        }
        for (const [partition, offset] of opened.commits)
          for (let below = 0; below < offset; below += 1) expect(settled).toContain(`${partition}@${below}`);
        await sleep(0);
        for (const partition of touched) inFlight.delete(partition);
        const answer = answers.next().value;
        if (answer === 'throttle') return { status: 'throttled' };
        if (answer === 'throw') return FAILED;
        if (answer === 'malformed') return { status: 'succeeded', payload: '{"batchItemFailures":[{}]}' };
        const failed = answer === 'report' ? delivered.slice(Math.floor(delivered.length / 2)) : [];
        const first = new Map<number, number>();
        for (const each of failed)
          first.set(each.partition, Math.min(first.get(each.partition) ?? each.offset, each.offset));
        for (const each of delivered)
          if (each.offset < (first.get(each.partition) ?? Number.POSITIVE_INFINITY)) settled.add(key(each));
        const itemIdentifiers = failed.map(({ partition, offset }) => ({ partition: `orders-${partition}`, offset }));
        const batchItemFailures = itemIdentifiers.map((itemIdentifier) => ({ itemIdentifier }));
        return { status: 'succeeded', payload: JSON.stringify({ batchItemFailures }) };
      });
      opened.listener.joined(new Map([...counts.keys()].map((partition) => [partition, 0])));
      opened.read(records);
      await until(() => [...counts].every(([partition, count]) => opened.commits.get(partition) === count));
      expect(opened.problems).toEqual([]);
      expect(settled.size).toBe(records.length);
      expect(opened.mapping.stats()).toMatchObject({ records: records.length, lag: 0, dropped: 0, state: 'reading' });
      await opened.mapping[Symbol.asyncDispose]();
    }),
    { numRuns: 60 },
  );
}, 30_000);
