import { expect, test } from 'vitest';
import { noteRecordAge, oldestTimestampOf } from '../../../functions/sink/record-age.ts';

const NOW = 1_700_000_100_000;
const at = (timestamp: unknown) => ({ topic: 'orders', partition: 0, offset: 1, timestamp });

test.each([
  [
    'the oldest of all topic-partitions',
    { records: { 'orders-0': [at(NOW - 5), at(NOW - 9)], 'orders-1': [at(NOW - 7)] } },
    NOW - 9,
  ],
  ['records without a time are left out', { records: { 'orders-0': [at(-1), at(undefined), at(NOW)] } }, NOW],
  ['no record with a time', { records: { 'orders-0': [at(0)] } }, undefined],
  // what is replayed waits in no topic, however old it is
  ['a replay', { records: { 'orders-0': [at(5)] }, tailraceReplay: { attempts: 1 } }, undefined],
  ['no event at all', 'surprise', undefined],
  ['an event of another shape', { records: { 'orders-0': null, 'orders-1': [null, 7] } }, undefined],
])('%s', (_, event, expected) => {
  expect(oldestTimestampOf(event)).toBe(expected);
});

test('the age is out before anything else of the invocation happens, so a function that is killed has told it', () => {
  const calls: string[] = [];
  const metrics = {
    add: (name: string, value: number) => void calls.push(`${name} ${value}`),
    flush: () => void calls.push('flush'),
  };
  noteRecordAge(metrics, () => NOW).before({ event: { records: { 'orders-0': [at(NOW - 90_000)] } } });
  expect(calls).toEqual(['sinkRecordAge 90', 'flush']);
});
