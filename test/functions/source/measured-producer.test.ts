import { expect, test } from 'vitest';
import { measuredProducer } from '../../../functions/source/measured-producer.ts';

const record = { topic: 'orders', key: Buffer.from('key'), value: Buffer.from('value') };

function measured(send: () => Promise<void>) {
  const metrics: [string, number][] = [];
  let now = 0;
  const producer = measuredProducer(
    { send, room: async () => undefined },
    { metrics: { add: (name, value) => void metrics.push([name, value]) }, monotonic: () => (now += 7) },
  );
  return { producer, metrics };
}

test('records count once Kafka has acknowledged them', async () => {
  const acknowledged = Promise.withResolvers<void>();
  const { metrics, producer } = measured(() => acknowledged.promise);
  const sent = producer.send([record, { ...record, value: null }]);
  expect(metrics).toEqual([]);
  acknowledged.resolve();
  await sent;
  expect(metrics).toEqual([
    ['produceLatency', 7],
    ['sourceRecords', 2],
    ['sourceBytes', 11],
  ]);
});

test('what Kafka refuses counts for nothing, and the error goes on', async () => {
  const { metrics, producer } = measured(() => Promise.reject(new Error('fenced')));
  await expect(producer.send([record])).rejects.toThrow('fenced');
  expect(metrics).toEqual([]);
});
