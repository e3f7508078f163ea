import { expect, test } from 'vitest';
import { Delivery, Lane, sequenceAfter } from '../../../../functions/aws/kafka/lane.ts';

const record = (value: string) => ({ topic: 'orders', key: null, value: Buffer.from(value) });
const identity = { producerId: 7n, epoch: 0 };
const textsOf = (records: readonly { value: Uint8Array | null }[]) => records.map(({ value }) => String(value));

function filled(values: readonly string[], lane = new Lane('orders', 3)): { lane: Lane; delivery: Delivery } {
  const delivery = new Delivery(values.length);
  for (const value of values) lane.push(record(value), delivery);
  return { lane, delivery };
}

function encoded(lane: Lane) {
  const batch = lane.inFlight!;
  batch.encoded = { data: Buffer.alloc(0), identity: lane.identify(identity) };
  return batch;
}

test.each([
  ['follows the batch', 10, 5, 15],
  ['reaches the last sequence', 2 ** 31 - 6, 5, 2 ** 31 - 1],
  // K6: kafkajs jumps to 0 here, which the broker refuses
  ['wraps to 0 behind the last sequence', 2 ** 31 - 5, 5, 0],
  ['wraps inside a batch', 2_147_483_600, 100, 52],
])('the next sequence %s', (_, sequence, records, next) => {
  expect(sequenceAfter(sequence, records)).toBe(next);
});

test('a batch takes as many records as fit, and at least one', () => {
  const { lane } = filled(['a', 'b', 'c', 'd'.repeat(500)]);
  expect(textsOf(lane.take(100).records)).toEqual(['a', 'b']);
  lane.settle(lane.inFlight!);
  expect(textsOf(lane.take(1).records)).toEqual(['c']);
  lane.settle(lane.inFlight!);
  expect(lane.take(1).records).toHaveLength(1);
  expect(lane.isEmpty).toBe(true);
});

test('a send resolves with its last record, and not before', async () => {
  const lane = new Lane('orders', 3);
  const first = filled(['a', 'b'], lane).delivery;
  const second = filled(['c'], lane).delivery;
  const done: string[] = [];
  void first.promise.then(() => done.push('first'));
  void second.promise.then(() => done.push('second'));
  lane.settle(lane.take(40));
  await Promise.resolve();
  expect(done).toEqual([]);
  lane.settle(lane.take(40));
  await Promise.resolve();
  expect(done).toEqual(['first']);
  lane.settle(lane.take(40));
  await Promise.resolve();
  expect(done).toEqual(['first', 'second']);
});

test('a batch that was put back goes before the queue, with its bytes and its sequence', () => {
  const { lane } = filled(['a', 'b']);
  lane.take(40);
  const batch = encoded(lane);
  lane.putBack(batch);
  filled(['c'], lane);
  expect(lane.take(1000)).toBe(batch);
  expect(batch.encoded?.identity.sequence).toBe(0);
});

test('halves keep the order, the deliveries and the first half the sequence', async () => {
  const { lane, delivery } = filled(['a', 'b', 'c']);
  filled(['d'], lane);
  lane.take(40 * 3);
  lane.split(encoded(lane));
  const sent: [string[], number][] = [];
  while (!lane.isEmpty) {
    lane.take(1000);
    const batch = encoded(lane);
    sent.push([textsOf(batch.records), batch.encoded!.identity.sequence]);
    lane.settle(batch);
  }
  expect(sent).toEqual([
    [['a'], 0],
    [['b', 'c'], 1],
    [['d'], 3],
  ]);
  await delivery.promise;
});

test('the first batch of a new epoch has sequence 0, as brokers demand', () => {
  const { lane } = filled(['a', 'b']);
  lane.take(40);
  lane.settle(encoded(lane));
  expect(lane.identify(identity).sequence).toBe(1);
  expect(lane.identify({ ...identity, epoch: 1 }).sequence).toBe(0);
});

test('a record that was given up takes no sequence', () => {
  const { lane } = filled(['a', 'b']);
  lane.take(40);
  const batch = encoded(lane);
  batch.encoded = undefined;
  lane.settle(batch);
  expect(lane.identify(identity).sequence).toBe(0);
});
