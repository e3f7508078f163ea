import { expect, test } from 'vitest';
import {
  CLAIM_CHECK_HEADER,
  type FetchValue,
  fetchValues,
  storeValues,
  toReference,
} from '../../../functions/aws/claim-check.ts';
import { stringConverter } from '../../../functions/connect/converters/string-converter.ts';
import { DataError, RetriableError } from '../../../functions/connect/errors.ts';
import { type Outcome, WRITTEN } from '../../../functions/connect/outcomes.ts';
import type { ConsumedRecord, SinkRecord } from '../../../functions/connect/records.ts';
import { toPortions } from '../../../functions/sink/claim-checks.ts';
import { writeRecords } from '../../../functions/sink/write-records.ts';
import { memoryObjects } from '../../support/object-store.ts';

const MEBIBYTE = 1024 * 1024;
const UNSETTLED: Outcome = { status: 'unsettled', error: new RetriableError('MONGODB_TRANSIENT', 'down') };
const REJECTED: Outcome = {
  status: 'rejected',
  error: new DataError('WRITE_REJECTED', 'no'),
  stage: 'TASK_PUT',
  class: 'c',
};

const plain = (offset: number, partition = 0): ConsumedRecord => ({
  topic: 'orders',
  partition,
  offset,
  timestamp: 0,
  timestampType: 'CREATE_TIME',
  key: null,
  value: Buffer.from(`value ${offset}`),
  headers: [],
});
const referring = (record: ConsumedRecord, value: Uint8Array | null): ConsumedRecord => ({
  ...record,
  value,
  headers: [[CLAIM_CHECK_HEADER, Buffer.from('1')]],
});
/** A record whose value is said to have so many bytes. */
const ofSize = (bytes: number, offset: number, partition = 0) =>
  referring(plain(offset, partition), toReference({ bucket: 'b', key: `k${offset}`, bytes, sha256: 'a'.repeat(64) }));

/** A sink that notes its puts; `outcomeOf` decides by the offset. */
function rig({ outcomeOf = (_offset: number): Outcome => WRITTEN, tolerance = 'all' as 'all' | 'none' } = {}) {
  const { away, store } = memoryObjects();
  const puts: { readonly offset: number; readonly value: string }[][] = [];
  const put = async (records: readonly SinkRecord[]) => {
    puts.push(records.map(({ offset, value }) => ({ offset, value: String(value) })));
    return records.map(({ offset }) => outcomeOf(offset));
  };
  const deps = {
    sink: {
      put,
      reads: () => true,
      toleranceOf: () => tolerance,
      logsErrors: () => false,
      parkingScopeOf: () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    },
    converters: { key: stringConverter, value: stringConverter },
    fetchValue: fetchValues(store),
    metrics: { add: () => undefined },
    now: () => 0,
  };
  const write = (
    records: readonly ConsumedRecord[],
    { fetchValue = deps.fetchValue, deadline = 60_000 }: { fetchValue?: FetchValue; deadline?: number } = {},
  ) => writeRecords(records, deadline, { ...deps, fetchValue });
  return { away, puts, store: storeValues('large', store), write };
}
const statuses = (outcomes: readonly Outcome[]) => outcomes.map(({ status }) => status);
const offsets = (puts: ReturnType<typeof rig>['puts']) => puts.map((put) => put.map(({ offset }) => offset));

test.each([
  ['nothing is elsewhere', [plain(1), plain(2), plain(3)], [[0, 1, 2]]],
  ['all values fit', [ofSize(20 * MEBIBYTE, 1), plain(2), ofSize(20 * MEBIBYTE, 3)], [[0, 1, 2]]],
  [
    'two would be too much',
    [ofSize(30 * MEBIBYTE, 1), plain(2), ofSize(30 * MEBIBYTE, 3), plain(4)],
    [
      [0, 1],
      [2, 3],
    ],
  ],
  ['one alone is too much', [plain(1), ofSize(90 * MEBIBYTE, 2), ofSize(1, 3)], [[0, 1], [2]]],
  ['there is nothing', [], [[]]],
])('portions where %s', (_, records, expected) => {
  expect(toPortions(records)).toEqual(expected);
});

test('a value in the bucket is written like any other, in its place', async () => {
  const { puts, store, write } = rig();
  const check = await store('records', 'orders', Buffer.from('large'));
  const outcomes = await write([plain(1), referring(plain(2), toReference(check)), plain(3)]);
  expect(statuses(outcomes)).toEqual(['written', 'written', 'written']);
  expect(puts).toEqual([
    [
      { offset: 1, value: 'value 1' },
      { offset: 2, value: 'large' },
      { offset: 3, value: 'value 3' },
    ],
  ]);
});

test('an object that is gone, or a reference that is none, is rejected and takes no neighbour along', async () => {
  const { puts, write } = rig();
  const outcomes = await write([ofSize(1, 1), referring(plain(2), Buffer.from('secret')), plain(3)]);
  expect(outcomes).toMatchObject([
    { status: 'rejected', error: { code: 'CLAIM_CHECK_LOST' }, stage: 'VALUE_CONVERTER' },
    { status: 'rejected', error: { code: 'CLAIM_CHECK_INVALID' } },
    { status: 'written' },
  ]);
  expect(offsets(puts)).toEqual([[3]]);
});

test('a bucket that is away leaves its records unsettled and nothing behind them written; other partitions go on', async () => {
  const { away, puts, store, write } = rig();
  const check = await store('records', 'orders', Buffer.from('large'));
  away.value = true;
  const outcomes = await write([plain(1), referring(plain(2), toReference(check)), plain(3), plain(1, 1)]);
  expect(statuses(outcomes)).toEqual(['written', 'unsettled', 'unsettled', 'written']);
  expect(offsets(puts)).toEqual([[1, 1]]);
});

test('the deadline ends the fetching', async () => {
  const { write } = rig();
  const never = (_: unknown, signal?: AbortSignal) =>
    new Promise<never>((_resolve, reject) => {
      const late = new RetriableError('CLAIM_CHECK_UNAVAILABLE', 'late');
      signal?.addEventListener('abort', () => reject(late));
    });
  expect(statuses(await write([ofSize(1, 1)], { fetchValue: never, deadline: 20 }))).toEqual(['unsettled']);
});

test('a tombstone with the header stays a tombstone', async () => {
  const { puts, write } = rig();
  expect(statuses(await write([referring(plain(1), null)]))).toEqual(['written']);
  expect(offsets(puts)).toEqual([[1]]);
});

test.each<[string, Outcome, 'all' | 'none', string[]]>([
  ['unsettled', UNSETTLED, 'all', ['unsettled', 'unsettled']],
  ['rejected and held', REJECTED, 'none', ['rejected', 'unsettled']],
  ['rejected and tolerated', REJECTED, 'all', ['rejected', 'written']],
])('what is %s in one portion decides about its topic-partition in the next', async (_, first, tolerance, expected) => {
  const { puts, store, write } = rig({ outcomeOf: (offset) => (offset === 1 ? first : WRITTEN), tolerance });
  const [one, two] = await Promise.all(
    ['1', '2'].map((text) => store('records', 'orders', Buffer.alloc(30 * MEBIBYTE, text))),
  );
  const records = [referring(plain(1), toReference(one!)), referring(plain(2), toReference(two!))];
  expect(statuses(await write(records))).toEqual(expected);
  expect(puts).toHaveLength(2);
});
