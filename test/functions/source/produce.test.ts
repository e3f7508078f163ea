import { expect, test } from 'vitest';
import { CLAIM_CHECK_HEADER, parseReference, storeValues } from '../../../functions/aws/claim-check.ts';
import type { SourceDeadLetter } from '../../../functions/aws/dead-letter.ts';
import type { ProducerRecord } from '../../../functions/aws/kafka/producer.ts';
import type { Origin, SourceBatch } from '../../../functions/connect/connector.ts';
import { DataError, RetriableError } from '../../../functions/connect/errors.ts';
import { type SourceRecord, STRING } from '../../../functions/connect/records.ts';
import { claimChecked } from '../../../functions/source/claim-checked.ts';
import { createProduce } from '../../../functions/source/produce.ts';
import { createRejectedRecords } from '../../../functions/source/rejected-records.ts';
import { memoryObjects } from '../../support/object-store.ts';
import { notingLog } from '../../support/silent-log.ts';

const record = (value: string): SourceRecord => ({
  topic: 'shop.orders',
  keySchema: null,
  key: null,
  valueSchema: STRING,
  value,
});
const batchOf = (...values: string[]): SourceBatch => ({
  records: values.map(record),
  offset: { _id: 'last' },
  originOf: (place) => ({
    namespace: 'shop.orders',
    token: `token ${values[place]}`,
    key: null,
    value: Buffer.from(`event ${values[place]}`),
  }),
});
const tooLarge = new DataError('RECORD_TOO_LARGE', 'too large');
const unsent = new RetriableError('DEAD_LETTER_UNSENT', 'The queue is away');

/** Values with "bad" in them convert to nothing; the queue is away for so many calls. */
function rig({ tolerant = true, logs = false, queue = true, awayFor = 0 } = {}) {
  const stop = new AbortController();
  const log = notingLog();
  const sent: string[][] = [];
  const letters: SourceDeadLetter[] = [];
  const { away, store } = memoryObjects();
  let calls = 0;
  const acknowledged = Promise.withResolvers<void>();
  const metrics = { add: () => undefined };
  const rejected = createRejectedRecords(
    { connector: 'orders-source', isTolerant: tolerant, logsErrors: logs },
    {
      log,
      metrics,
      now: () => 0,
      sendDeadLetters: queue
        ? async (some) => {
            calls += 1;
            if (calls > awayFor) letters.push(...(some as SourceDeadLetter[]));
            return some.map(() => (calls > awayFor ? undefined : unsent));
          }
        : undefined,
    },
    stop.signal,
  );
  const produce = createProduce({
    toProducerRecord({ topic, value }) {
      if (String(value).includes('bad')) {
        throw new DataError('RECORD_INVALID', 'no', { details: { stage: 'KEY_CONVERTER' } });
      }
      return { topic, key: null, value: Buffer.from(String(value)) };
    },
    producer: {
      send(records, originOf) {
        sent.push(records.map(({ value }) => String(value)));
        for (const [place, record] of records.entries()) handed.push({ record, origin: originOf!(place, record) });
        return acknowledged.promise;
      },
    },
    rejected,
  });
  const handed: { record: ProducerRecord; origin: Origin }[] = [];
  /** Gives the record at a place back, or another one that went in its place. */
  const refuse = (bucket: boolean) => {
    const storeValue = bucket ? storeValues('large', store) : undefined;
    const onRejected = claimChecked({ rejected, log, metrics, storeValue }, stop.signal);
    return (place: number, other: ProducerRecord = handed[place]!.record) =>
      onRejected(other, tooLarge, handed[place]!.origin);
  };
  return { acknowledged, away, handed, letters, log, produce, refuse, rejected, sent, stop };
}

/** Whether a promise is settled by now. */
const isSettled = async (promise: Promise<unknown>) => {
  const pending = Symbol('pending');
  await new Promise((resolve) => setImmediate(resolve));
  return (await Promise.race([promise.catch(() => undefined), Promise.resolve(pending)])) !== pending;
};

test('a record that no converter takes becomes a dead letter, and the others go on', async () => {
  const { acknowledged, letters, produce, sent } = rig();
  const done = produce(batchOf('a', 'bad', 'c'));
  acknowledged.resolve();
  await done;
  expect(sent).toEqual([['a', 'c']]);
  expect(letters).toEqual([
    {
      connector: 'orders-source',
      error: {
        code: 'RECORD_INVALID',
        message: 'no',
        stage: 'KEY_CONVERTER',
        class: 'org.apache.kafka.connect.errors.DataException',
      },
      record: { namespace: 'shop.orders', token: 'token bad', key: null, value: Buffer.from('event bad') },
      failedAt: 0,
      attempts: 1,
    },
  ]);
});

test('a batch is not behind us before SQS has its dead letters', async () => {
  const { acknowledged, letters, produce, rejected } = rig({ awayFor: 1 });
  const done = produce(batchOf('a', 'bad'));
  acknowledged.resolve();
  expect(await isSettled(done)).toBe(false);
  expect(await isSettled(rejected.room()!)).toBe(false);
  await done;
  await rejected.room();
  expect(letters).toHaveLength(1);
});

test('events that the connector left out are dead letters too, before the batch is behind us', async () => {
  const { letters, produce } = rig({ awayFor: 1 });
  const error = new DataError('CHANGE_EVENT_INVALID', 'x');
  const origin = { namespace: 'shop.orders', token: 't', key: null, value: null };
  await produce({ records: [], offset: {}, rejected: [{ ...origin, error, class: 'c' }] });
  expect(letters).toMatchObject([{ error: { stage: 'TASK_POLL', class: 'c' }, record: origin }]);
});

test('a dead letter that the queue has taken is not sent again for a neighbour that it has not', async () => {
  const sent: string[][] = [];
  const error = new DataError('CHANGE_EVENT_INVALID', 'x');
  const rejected = createRejectedRecords(
    { connector: 'orders-source', isTolerant: true, logsErrors: false },
    {
      log: notingLog(),
      metrics: { add: () => undefined },
      now: () => 0,
      async sendDeadLetters(letters) {
        sent.push(letters.map(({ record }) => ('token' in record ? record.token : '')));
        return letters.map((_, place) => (sent.length === 1 && place === 1 ? unsent : undefined));
      },
    },
    new AbortController().signal,
  );
  const events = ['a', 'b', 'c'].map((token) => ({ namespace: 'n', token, key: null, value: null, error, class: 'c' }));
  await rejected.deadLetter(events);
  expect(sent).toEqual([['a', 'b', 'c'], ['b']]);
});

test('a task that stops while the queue is away ends with that, and the batch is not behind it', async () => {
  const { produce, stop } = rig({ awayFor: 9 });
  const done = produce(batchOf('bad'));
  stop.abort();
  await expect(done).rejects.toBe(unsent);
});

test.each([
  ['errors are not tolerated', { tolerant: false }],
  ['there is no queue, for the record would be lost', { queue: false }],
])('without a dead letter the first bad record ends it, and nothing behind it is produced: %s', async (_, options) => {
  const { letters, produce, sent } = rig(options);
  await expect(produce(batchOf('a', 'bad', 'c'))).rejects.toMatchObject({ code: 'RECORD_INVALID' });
  await expect(produce(batchOf('d'))).rejects.toMatchObject({ code: 'RECORD_INVALID' });
  expect({ letters, sent }).toEqual({ letters: [], sent: [['a']] });
});

test.each([true, false])(
  'errors.log.enable=%s decides whether a rejected record is logged, never with its content',
  async (logs) => {
    const { acknowledged, log, produce } = rig({ logs });
    acknowledged.resolve();
    await produce(batchOf('bad'));
    expect(log.lines.map(({ message }) => message)).toEqual(logs ? ['Record rejected'] : []);
    expect(JSON.stringify(log.lines)).not.toContain('event bad');
  },
);

test('a record that is too large leaves a reference, with all else as it was', async () => {
  const { handed, produce, refuse } = rig();
  void produce(batchOf('large'));
  const other = await refuse(true)(0, { ...handed[0]!.record, headers: [['a', null]] });
  expect(other).toMatchObject({ topic: 'shop.orders', key: null });
  expect(other?.headers).toEqual([
    ['a', null],
    [CLAIM_CHECK_HEADER, Buffer.from('1')],
  ]);
  expect(parseReference(other!.value!)).toMatchObject({ bucket: 'large', bytes: 5 });
});

test('a bucket that is away holds the record up, whatever errors.tolerance is', async () => {
  const { away, produce, refuse } = rig({ tolerant: false });
  void produce(batchOf('large'));
  away.value = true;
  const done = refuse(true)(0);
  expect(await isSettled(done)).toBe(false);
  away.value = false;
  expect(parseReference((await done)!.value!).bytes).toBe(5);
});

test('a task that stops while the bucket is away ends with that, not as if a person had to act', async () => {
  const { away, produce, refuse, stop } = rig();
  void produce(batchOf('large'));
  away.value = true;
  const done = refuse(true)(0);
  stop.abort();
  await expect(done).rejects.toMatchObject({ name: 'RetriableError', code: 'CLAIM_CHECK_UNAVAILABLE' });
});

test('a record that is too large without its value is a dead letter of its event', async () => {
  const { letters, produce, refuse } = rig();
  void produce(batchOf('a', 'large key'));
  const refuseAgain = refuse(true);
  const other = await refuseAgain(1);
  expect(await refuseAgain(1, other!)).toBeUndefined();
  expect(letters).toMatchObject([
    { error: { code: 'RECORD_TOO_LARGE', stage: 'KAFKA_PRODUCE' }, record: { token: 'token large key' } },
  ]);
});

test.each([
  [true, 'becomes a dead letter'],
  [false, 'is the task’s error'],
])('without a bucket, and errors tolerated: %s, a record that is too large %s', async (tolerant) => {
  const { letters, produce, refuse } = rig({ tolerant });
  void produce(batchOf('large'));
  const done = refuse(false)(0);
  if (tolerant) expect(await done).toBeUndefined();
  else await expect(done).rejects.toBe(tooLarge);
  expect(letters.map((letter) => letter.record.token)).toEqual(tolerant ? ['token large'] : []);
});

test('a record whose batch keeps no events is known by its topic', async () => {
  const { letters, produce, refuse } = rig();
  void produce({ records: [record('copied')], offset: { _id: 'last' } });
  await refuse(false)(0);
  expect(letters).toMatchObject([{ record: { namespace: 'shop.orders', token: 'last' } }]);
});

test('a heartbeat that no converter takes comes from no event, and is known by its topic', async () => {
  const { letters, produce } = rig();
  await produce({ records: [record('bad')], offset: { _id: 'last' }, originOf: () => undefined });
  expect(letters).toMatchObject([{ record: { namespace: 'shop.orders', token: 'last' } }]);
});

test('a batch is released once the producer has copied its bytes, and not before', async () => {
  const { acknowledged, produce, sent } = rig();
  const released: number[] = [];
  const done = produce({ ...batchOf('a'), release: () => void released.push(sent.length) });
  expect(released).toEqual([1]);
  acknowledged.resolve();
  await done;
});
