import { expect, test } from 'vitest';
import { Delivery } from '../../../../functions/aws/kafka/delivery.ts';
import { type Batch, Lane, sequenceAfter } from '../../../../functions/aws/kafka/lane.ts';
import { readRecords } from '../../../../functions/aws/kafka/read-records.ts';

const record = (value: string) => ({ topic: 'orders', key: null, value: Buffer.from(value) });
const identity = { producerId: 7n, epoch: 0 };
const textsOf = ({ lane, records }: Batch) => readRecords(records, lane).map(({ value }) => String(value));
/** What a record of one character counts for. */
const ONE = 37;

type Filled = { readonly lane: Lane; readonly delivery: Delivery };

function filled(values: readonly string[], { lane = new Lane('orders', 3), maxBytes = 1000 } = {}): Filled {
  const delivery = new Delivery(values.length, new Set());
  for (const [place, value] of values.entries()) lane.push(record(value), { delivery, place, maxBytes, now: 0 });
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
  const { lane } = filled(['a', 'b', 'c', 'd'.repeat(500), 'e'], { maxBytes: 2 * ONE });
  const sent: string[][] = [];
  while (!lane.isEmpty) {
    sent.push(textsOf(lane.take()));
    lane.settle(lane.inFlight!);
  }
  expect(sent).toEqual([['a', 'b'], ['c'], ['d'.repeat(500)], ['e']]);
});

test('a send resolves with its last record, and not before', async () => {
  const lane = new Lane('orders', 3);
  const first = filled(['a', 'b'], { lane, maxBytes: ONE }).delivery;
  const second = filled(['c'], { lane, maxBytes: ONE }).delivery;
  const done: string[] = [];
  void first.promise.then(() => done.push('first'));
  void second.promise.then(() => done.push('second'));
  lane.settle(lane.take());
  await Promise.resolve();
  expect(done).toEqual([]);
  lane.settle(lane.take());
  await Promise.resolve();
  expect(done).toEqual(['first']);
  lane.settle(lane.take());
  await Promise.resolve();
  expect(done).toEqual(['first', 'second']);
});

test('a batch that was put back goes before the queue, with its bytes and its sequence', () => {
  const { lane } = filled(['a', 'b'], { maxBytes: ONE });
  lane.take();
  const batch = encoded(lane);
  lane.putBack(batch);
  filled(['c'], { lane });
  expect(lane.take()).toBe(batch);
  expect(batch.encoded?.identity.sequence).toBe(0);
});

test('halves keep the order, the deliveries and the first half the sequence', async () => {
  const { lane, delivery } = filled(['a', 'b', 'c'], { maxBytes: 3 * ONE });
  filled(['d'], { lane, maxBytes: 3 * ONE });
  lane.take();
  lane.split(encoded(lane));
  const sent: [string[], number][] = [];
  while (!lane.isEmpty) {
    lane.take();
    const batch = encoded(lane);
    sent.push([textsOf(batch), batch.encoded!.identity.sequence]);
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
  const { lane } = filled(['a', 'b'], { maxBytes: ONE });
  lane.take();
  lane.settle(encoded(lane));
  expect(lane.identify(identity).sequence).toBe(1);
  expect(lane.identify({ ...identity, epoch: 1 }).sequence).toBe(0);
});

test('a record that was given up takes no sequence', () => {
  const { lane } = filled(['a', 'b']);
  lane.take();
  const batch = encoded(lane);
  batch.encoded = undefined;
  lane.settle(batch);
  expect(lane.identify(identity).sequence).toBe(0);
});

test('each half knows which records of their deliveries it has', () => {
  const { lane } = filled(['a', 'b', 'c']);
  filled(['d'], { lane });
  lane.take();
  lane.split(encoded(lane));
  const first = lane.take();
  lane.settle(first);
  const second = lane.take();
  expect([first.places, second.places]).toEqual([
    [0, 1],
    [2, 0],
  ]);
  expect(second.spans.map(({ count }) => count)).toEqual([1, 1]);
});

test('a batch’s memory is used again once it is stored, unless an earlier try may still be read', () => {
  const lane = new Lane('orders', 3);
  const memoryOf = (value: string, sent: number): ArrayBufferLike => {
    filled([value], { lane });
    const batch = lane.take();
    batch.sent = sent;
    lane.settle(batch);
    return batch.records.bytes.buffer;
  };
  const once = memoryOf('a', 1);
  const again = memoryOf('b', 2);
  const fresh = memoryOf('c', 1);
  expect(again).toBe(once);
  expect(fresh).not.toBe(once);
});
