import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Verdict } from '../../../../infra/local/event-source-mapping/batch-response.ts';
import type { MappingRecord } from '../../../../infra/local/event-source-mapping/msk-event.ts';
import {
  type Batch,
  freshBatch,
  nextRetry,
  planRetries,
} from '../../../../infra/local/event-source-mapping/retry-plan.ts';
import { at, positions } from './mapping-records.ts';

const settings = {
  afterFailure: 'replay-rest',
  bisectBatchOnError: false,
  retryAttempts: -1,
  retryBackoffMs: { first: 200, most: 5000 },
  duplicateRate: 0,
} as const;
const FAILED: Verdict = { kind: 'failed', reason: 'the function threw' };
const partial = (...failed: MappingRecord[]): Verdict => ({ kind: 'partial', failed: new Set(failed), reason: '' });
const shown = (batches: readonly Batch[]) => batches.map(({ records }) => positions(records));

const [a1, a2, a3, b7, b8] = [at(0, 1), at(0, 2), at(0, 3), at(1, 7), at(1, 8)] as const;
const batch = freshBatch([a1, a2, b7, a3, b8]);

test.each<[string, Verdict, object, string[][]]>([
  ['nothing after a success', { kind: 'succeeded' }, {}, []],
  ['the whole batch after an error', FAILED, {}, [['0@1', '0@2', '1@7', '0@3', '1@8']]],
  ['the failed record and what is behind it', partial(a2), {}, [['0@2', '0@3']]],
  ['what is behind the first failed record of each partition', partial(a3, b7, b8), {}, [['1@7', '0@3', '1@8']]],
  ['only what failed', partial(a2), { afterFailure: 'only-failed' }, [['0@2']]],
  [
    'two groups of partitions',
    FAILED,
    { bisectBatchOnError: true },
    [
      ['0@1', '0@2', '0@3'],
      ['1@7', '1@8'],
    ],
  ],
  // the response tells which records failed, so there is nothing to search for
  ['one part after a partial response', partial(a2), { bisectBatchOnError: true }, [['0@2', '0@3']]],
])('brings again %s', (_, verdict, given, expected) => {
  const { retries, dropped } = planRetries(batch, verdict, { ...settings, ...given }, 0, 1);
  expect(shown(retries)).toEqual(expected);
  expect(dropped).toEqual([]);
});

test('cuts the records of one partition in two, and counts on', () => {
  const failedBefore = { ...freshBatch([a1, a2, a3]), failures: 4 };
  const { retries } = planRetries(failedBefore, FAILED, { ...settings, bisectBatchOnError: true }, 0, 1);
  expect(shown(retries)).toEqual([['0@1', '0@2'], ['0@3']]);
  expect(retries.map(({ failures }) => failures)).toEqual([5, 5]);
});

test('waits longer each time, up to the most', () => {
  const delays: number[] = [];
  let failing = freshBatch([a1]);
  for (let times = 0; times < 8; times += 1) {
    failing = planRetries(failing, FAILED, settings, 1000, 1).retries[0]!;
    delays.push(failing.notBefore - 1000);
  }
  expect(delays).toEqual([200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
});

test('retries for ever unless told otherwise', () => {
  const tired = { ...freshBatch([a1]), failures: 1_000_000 };
  expect(planRetries(tired, FAILED, settings, 0, 1).retries).toHaveLength(1);
});

test('gives up after the tries that it may make, and not one earlier', () => {
  const twice = { ...settings, retryAttempts: 2 };
  const second = planRetries({ ...freshBatch([a1, a2]), failures: 1 }, FAILED, twice, 0, 1);
  expect(second).toMatchObject({ dropped: [], retries: [{ failures: 2 }] });
  expect(planRetries(second.retries[0]!, FAILED, twice, 0, 1)).toEqual({ retries: [], dropped: [a1, a2] });
});

test('uses up no retry while the function is busy', () => {
  const once = { ...settings, retryAttempts: 1 };
  const [retry] = planRetries(freshBatch([a1]), { kind: 'throttled' }, once, 0, 1).retries;
  expect(retry).toMatchObject({ failures: 0, throttles: 1, notBefore: 200 });
});

test('delivers a success again as often as the duplicate rate says, but not endlessly', () => {
  const half = { ...settings, duplicateRate: 0.5 };
  expect(planRetries(batch, { kind: 'succeeded' }, half, 0, 0.5).retries).toEqual([]);
  const { retries } = planRetries(batch, { kind: 'succeeded' }, half, 0, 0.49);
  expect(shown(retries)).toEqual([positions(batch.records)]);
  expect(planRetries(retries[0]!, { kind: 'succeeded' }, half, 0, 0).retries).toEqual([]);
});

test('isolates a poison record by bisecting in as many steps as halving takes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.nat(),
      fc.integer({ min: 1, max: 5 }),
      (size, chosen, partitions) => {
        const records = Array.from({ length: size }, (_, index) => at(index % partitions, index));
        const poison = records[chosen % size]!;
        let waiting: readonly Batch[] = [freshBatch(records)];
        const settled: MappingRecord[] = [];
        let failed = 0;
        while (waiting.length > 0) {
          const next = nextRetry(waiting, new Set(), 0);
          if (!('batch' in next)) throw new Error('Expected a batch that is due');
          waiting = waiting.filter((each) => each !== next.batch);
          if (!next.batch.records.includes(poison)) settled.push(...next.batch.records);
          else if (next.batch.records.length === 1) break;
          else {
            failed += 1;
            const plan = planRetries(next.batch, FAILED, { ...settings, bisectBatchOnError: true }, 0, 1);
            waiting = [...plan.retries, ...waiting];
          }
        }
        expect(settled).not.toContain(poison);
        expect(failed).toBeLessThanOrEqual(Math.ceil(Math.log2(partitions)) + Math.ceil(Math.log2(size)) + 1);
        for (const { partition, offset } of settled)
          if (partition === poison.partition) expect(offset).toBeLessThan(poison.offset);
      },
    ),
  );
});

test.each<[string, Batch[], number[], string[] | number | undefined]>([
  ['the first that is due', [{ ...freshBatch([a1]), notBefore: 9 }, freshBatch([b7])], [], ['1@7']],
  ['none of a partition in flight', [freshBatch([a1]), freshBatch([b7])], [0], ['1@7']],
  // the second half of a batch that was cut in two
  ['none behind one of its partition that waits', [{ ...freshBatch([a1]), notBefore: 9 }, freshBatch([a2])], [], 9],
  ['none where none is left', [], [], undefined],
])('takes %s', (_, retries, busy, expected) => {
  const next = nextRetry(retries, new Set(busy), 5);
  expect('batch' in next ? positions(next.batch.records) : next.until).toEqual(expected);
});
