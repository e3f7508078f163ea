import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { ProducerRecord } from '../../../../functions/aws/kafka/producer.ts';
import { parseProducerSettings } from '../../../../functions/aws/kafka/settings.ts';
import { DataError, StoppedError } from '../../../../functions/connect/errors.ts';
import { silentLog } from '../../../support/silent-log.ts';
import { fakeProducer } from './fake-broker.ts';

const record = (value: string, partition = 0): ProducerRecord => ({
  topic: 'orders',
  partition,
  key: null,
  value: Buffer.from(value),
});

test('K1: a partition whose leader moved while the request was out is sent again, and only then the send resolves', async () => {
  const leaders = [1, 2];
  const { producer, logs } = fakeProducer({ leaders, react: () => 0 });
  await producer.send([record('warm')]);
  leaders[0] = 2;
  await producer.send([record('m0', 0), record('m1', 1)]);
  expect(logs).toEqual([['warm', 'm0'], ['m1']]);
});

test('K1: a partition that the answer leaves out does not count as stored', async () => {
  const { producer, logs, arrived } = fakeProducer({
    leaders: [1, 1],
    react: ({ partition }, count) => (partition === 0 && count === 1 ? 'leave it out' : 0),
  });
  await producer.send([record('m0', 0), record('m1', 1)]);
  expect(logs).toEqual([['m0'], ['m1']]);
  expect(arrived).toHaveLength(3);
});

test('K2, K7: a partition that failed is sent again alone; its neighbours in the request are not doubled', async () => {
  const { producer, arrived, logs } = fakeProducer({
    leaders: [1, 1, 1],
    react: ({ partition }, count) => (partition === 1 && count <= 2 ? 19 : 0),
  });
  await producer.send([record('m0', 0), record('m1', 1), record('m2', 2)]);
  expect(arrived.map(({ partition }) => partition)).toEqual([0, 1, 2, 1, 1]);
  expect(logs).toEqual([['m0'], ['m1'], ['m2']]);
});

test('K3: sends that overlap are stored once and in order when an answer is lost', async () => {
  const { producer, logs, arrived } = fakeProducer({
    leaders: [1],
    react: ({ sequence }, count) => (sequence < 2 && count === 1 ? 'lose the answer' : 0),
  });
  await Promise.all(['m1', 'm2', 'm3'].map((value) => producer.send([record(value)])));
  await producer.send([record('m4')]);
  expect(logs).toEqual([['m1', 'm2', 'm3', 'm4']]);
  // the same bytes again, so that the broker can tell
  expect(arrived[1]).toEqual(arrived[0]);
});

test.each([45, 59])(
  'K4: after code %d the lane starts anew in a higher epoch, in order, and the next sends go on',
  async (code) => {
    let isBroken = true;
    const { producer, logs, arrived, metrics } = fakeProducer({
      leaders: [1, 1],
      react: ({ partition, epoch }) => (isBroken && partition === 0 && epoch === 0 ? code : 0),
    });
    await producer.send([record('a', 0), record('b', 0), record('x', 1)]);
    isBroken = false;
    await producer.send([record('c', 0), record('y', 1)]);
    expect(logs).toEqual([
      ['a', 'b', 'c'],
      ['x', 'y'],
    ]);
    expect(metrics).toEqual(['producerLaneRestarts']);
    const ofFirstLane = arrived.filter(({ partition }) => partition === 0);
    expect(ofFirstLane.map(({ epoch, sequence }) => [epoch, sequence])).toEqual([
      [0, 0],
      [1, 0],
      [1, 2],
    ]);
  },
);

test('K5: DUPLICATE_SEQUENCE_NUMBER on a retry means that the first try was stored', async () => {
  const { producer, arrived, metrics } = fakeProducer({
    leaders: [1],
    react: (_, count) => (count === 1 ? 'lose the answer' : 46),
  });
  await producer.send([record('m')]);
  expect(arrived).toHaveLength(2);
  expect(metrics).toEqual([]);
});

test('K8: a batch keeps to the limit, and a refused one is halved down to the record whose fault it is', async () => {
  const rejected: string[] = [];
  const { producer, logs, arrived } = fakeProducer({
    leaders: [1],
    react: ({ values }) => (values.includes('huge') ? 10 : 0),
    parts: {
      onRejected: async ({ value }, error) => {
        rejected.push(`${value} ${error.code}`);
      },
    },
    overrides: { 'batch.size': '200' },
  });
  await producer.send(['a', 'b', 'huge', 'c', 'd', 'e', 'f'].map((value) => record(value)));
  expect(rejected).toEqual(['huge RECORD_TOO_LARGE']);
  expect(logs).toEqual([['a', 'b', 'c', 'd', 'e', 'f']]);
  expect(Math.max(...arrived.map(({ values }) => values.length))).toBeLessThanOrEqual(5);
});

test('K9: the time that a call takes grows with its records, not with their square', async () => {
  const { producer, logs } = fakeProducer({ leaders: [1] });
  const began = performance.now();
  await producer.send(Array.from({ length: 40_000 }, (_, index) => record(String(index))));
  // kafkajs takes 11 s to group so many
  expect(performance.now() - began).toBeLessThan(4000);
  expect(logs[0]).toHaveLength(40_000);
});

test('a record over the topic’s limit never leaves', async () => {
  const { producer, arrived } = fakeProducer({ leaders: [1], maxMessageBytes: 500 });
  await expect(producer.send([record('x'.repeat(1000))])).rejects.toMatchObject({
    name: 'DataError',
    code: 'RECORD_TOO_LARGE',
  });
  expect(arrived).toEqual([]);
});

test('another record goes in the place of one that is too large, and what is behind it waits for that', async () => {
  const { promise: stored, resolve } = Promise.withResolvers<void>();
  const { producer, logs } = fakeProducer({
    leaders: [1, 1],
    maxMessageBytes: 500,
    parts: {
      async onRejected(given) {
        await stored;
        return { ...given, value: Buffer.from('reference') };
      },
    },
  });
  const sent = producer.send([record('a'), record('x'.repeat(1000)), record('b'), record('other', 1)]);
  const later = producer.send([record('c')]);
  await expect.poll(() => logs).toEqual([['a'], ['other']]);
  resolve();
  await Promise.all([sent, later]);
  expect(logs).toEqual([['a', 'reference', 'b', 'c'], ['other']]);
});

test('it goes in the place of the one, also where a broker refused both with their neighbours', async () => {
  const { producer, logs } = fakeProducer({
    leaders: [1],
    react: ({ values }) => (values.includes('huge') ? 10 : 0),
    parts: { onRejected: async (given) => ({ ...given, value: Buffer.from('reference') }) },
  });
  await producer.send(['a', 'b', 'huge', 'c', 'd'].map((value) => record(value)));
  expect(logs).toEqual([['a', 'b', 'reference', 'c', 'd']]);
});

test('a record that is still too large in another’s place is rejected again, with its own size', async () => {
  const errors: string[] = [];
  const { producer, logs } = fakeProducer({
    leaders: [1],
    react: ({ values }) => (values.some((value) => value.startsWith('big')) ? 10 : 0),
    parts: {
      async onRejected(given, { message }) {
        errors.push(/got (\d+) bytes/.exec(message)?.[1] ?? message);
        return errors.length === 1 ? { ...given, value: Buffer.from('big') } : undefined;
      },
    },
  });
  await producer.send([record('a'), record(`big${'x'.repeat(97)}`), record('b')]);
  expect(errors).toEqual(['136', '39']);
  expect(logs).toEqual([['a', 'b']]);
});

test('a dead letter that can’t be sent fails the producer with that error', async () => {
  const unsent = new DataError('DEAD_LETTER_UNSENT', 'No queue');
  const { producer } = fakeProducer({
    leaders: [1],
    react: () => 87,
    parts: { onRejected: () => Promise.reject(unsent) },
  });
  await expect(producer.send([record('a')])).rejects.toBe(unsent);
});

test('K11: what is not acknowledged within delivery.timeout.ms ends the producer, and names topic, partition and cause', async () => {
  const { producer } = fakeProducer({
    leaders: [1, 1, 1, 1],
    react: ({ partition }) => (partition === 3 ? 19 : 0),
    overrides: { 'delivery.timeout.ms': '200' },
  });
  const waiting = producer.send([record('a', 3)]);
  await expect(waiting).rejects.toMatchObject({ name: 'RetriableError', code: 'KAFKA_DELIVERY_TIMEOUT' });
  await expect(waiting).rejects.toThrow(/orders-3 .*delivery\.timeout\.ms.*NOT_ENOUGH_REPLICAS/);
  await expect(producer.send([record('b', 0)])).rejects.toMatchObject({ code: 'KAFKA_DELIVERY_TIMEOUT' });
  await expect(producer.room()).rejects.toMatchObject({ code: 'KAFKA_DELIVERY_TIMEOUT' });
});

test('a partition without a leader waits for one', async () => {
  const leaders = [-1];
  const { producer, logs } = fakeProducer({ leaders });
  const sent = producer.send([record('a')]);
  await turn();
  leaders[0] = 1;
  await sent;
  expect(logs).toEqual([['a']]);
});

test.each([47, 90])('code %d stops the producer at once: it takes no new id and sends nothing more', async (code) => {
  const { producer, arrived, raised } = fakeProducer({ leaders: [1, 1], react: () => code });
  const sends = [producer.send([record('a')]), producer.send([record('b', 1)])];
  for (const sent of sends) await expect(sent).rejects.toMatchObject({ name: 'StoppedError', code: 'PRODUCER_FENCED' });
  await expect(producer.send([record('c')])).rejects.toMatchObject({ code: 'PRODUCER_FENCED' });
  expect(arrived).toHaveLength(2);
  expect(raised()).toBe(0);
});

test('a task that may not produce any more sends nothing', async () => {
  const lost = new StoppedError('LEASE_LOST', 'The lease ran out');
  const { producer, arrived } = fakeProducer({
    leaders: [1],
    parts: {
      checkOwner: () => {
        throw lost;
      },
    },
  });
  await expect(producer.send([record('a')])).rejects.toBe(lost);
  expect(arrived).toEqual([]);
});

test('a missing permission needs the operator', async () => {
  const { producer } = fakeProducer({ leaders: [1], react: () => 29 });
  const sent = producer.send([record('a')]);
  await expect(sent).rejects.toMatchObject({ name: 'ConfigError', code: 'KAFKA_REFUSED' });
  await expect(sent).rejects.toThrow('orders-0: TOPIC_AUTHORIZATION_FAILED');
});

test('there is room until as many bytes as the limit are unacknowledged, and again once they are', async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { producer } = fakeProducer({
    leaders: [1],
    react: () => 1,
    parts: { bufferBytes: 1000, onRejected: () => held.then(() => undefined) },
    maxMessageBytes: 500,
  });
  await producer.room();
  const sent = producer.send([record('x'.repeat(2000))]);
  let hasRoom = false;
  const room = producer.room()?.then(() => {
    hasRoom = true;
  });
  await turn();
  expect(hasRoom).toBe(false);
  release();
  await Promise.all([sent, room]);
});

test('closing waits for what is under way', async () => {
  const { producer, logs } = fakeProducer({ leaders: [1], react: (_, count) => (count === 1 ? 7 : 0) });
  void producer.send([record('a')]);
  await producer.close();
  expect(logs).toEqual([['a']]);
  await expect(producer.send([record('b')])).rejects.toThrow('closed');
});

test('a lone record leaves at once, however long others would wait', async () => {
  const { producer } = fakeProducer({ leaders: [1], overrides: { 'linger.ms': '1000' } });
  const began = performance.now();
  for (const value of ['a', 'b', 'c']) await producer.send([record(value)]);
  expect(performance.now() - began).toBeLessThan(500);
});

test('behind a request of several records the next ones wait for each other, until a batch is full', async () => {
  const { producer, arrived } = fakeProducer({
    leaders: [1],
    overrides: { 'linger.ms': '200', 'batch.size': '2000' },
  });
  await producer.send([record('a'), record('b')]);
  const waiting = producer.send([record('c')]);
  await sleep(20);
  await Promise.all([waiting, producer.send([record('d')])]);
  expect(arrived.map(({ values }) => values)).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
  const began = performance.now();
  await producer.send([record('x'.repeat(3000))]);
  expect(performance.now() - began).toBeLessThan(150);
});

test('without a linger.ms of its own a request waits only behind one of many records', async () => {
  const settings = { ...parseProducerSettings({}, silentLog), lingerMs: 60_000 };
  const { producer, arrived } = fakeProducer({ leaders: [1], parts: { settings } });
  const records = (count: number) => Array.from({ length: count }, () => record('x'));
  for (const count of [15, 3, 15, 16]) await producer.send(records(count));
  const waiting = [1, 2, 3].map((count) => producer.send(records(count)));
  await sleep(20);
  expect(arrived.map(({ values }) => values.length)).toEqual([15, 3, 15, 16]);
  // a full batch ends the waiting
  await Promise.all([...waiting, producer.send([record('x'.repeat(1_000_000))])]);
  expect(arrived.map(({ values }) => values.length)).toEqual([15, 3, 15, 16, 6, 1]);
});

test('records without a key fill one partition’s batch and then go on to another', async () => {
  const { producer, logs } = fakeProducer({ leaders: [1, 1] });
  const keyless = (value: string) => ({ topic: 'orders', key: null, value: Buffer.from(value) });
  await producer.send(['a', 'b'].map(keyless));
  await producer.send(['c', 'd'].map(keyless));
  expect(logs).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
});

test('a record for a partition that the topic lacks is that record’s data error', async () => {
  const rejected: string[] = [];
  const { producer, logs } = fakeProducer({
    leaders: [1],
    parts: {
      onRejected: async (_, error) => {
        rejected.push(error.code);
      },
    },
  });
  await producer.send([record('a', 0), record('b', 5)]);
  expect([logs, rejected]).toEqual([[['a']], ['RECORD_INVALID']]);
});

test('a rejected record is known by its place in its call, whatever batches it was in', async () => {
  const origins: string[] = [];
  const { producer } = fakeProducer({
    leaders: [1, 1],
    react: ({ values }) => (values.some((value) => value.startsWith('huge')) ? 10 : 0),
    parts: {
      onRejected: async ({ value }, _, { token }) => {
        origins.push(`${value} ${token}`);
      },
    },
  });
  const originOf = (call: string) => (place: number) => ({
    namespace: 'shop.orders',
    token: `${call}${place}`,
    key: null,
    value: null,
  });
  await Promise.all([
    producer.send([record('a'), record('b', 1), record('huge 1'), record('c')], originOf('first ')),
    producer.send([record('huge 2', 1), record('d'), record('huge 3', 7)], originOf('second ')),
  ]);
  expect(origins.toSorted()).toEqual(['huge 1 first 2', 'huge 2 second 0', 'huge 3 second 2']);
});

test('the bytes of a record may be written over once the call has returned, also where its topic is still looked up', async () => {
  const { promise: known, resolve } = Promise.withResolvers<void>();
  const topic = { name: 'orders', leaders: [1], maxMessageBytes: Number.POSITIVE_INFINITY };
  let isKnown = false;
  const topics = {
    get: () => (isKnown ? topic : undefined),
    ensure: async () => {
      await known;
      isKnown = true;
    },
    refresh: async () => undefined,
  };
  const { producer, logs } = fakeProducer({ leaders: [1], parts: { topics } });
  const bytes = Buffer.from('before');
  const sent = producer.send([{ topic: 'orders', key: null, value: bytes }]);
  bytes.fill('x');
  resolve();
  await sent;
  bytes.write('behind');
  const again = producer.send([{ topic: 'orders', key: null, value: bytes }]);
  bytes.fill('x');
  await again;
  expect(logs).toEqual([['before', 'behind']]);
});
