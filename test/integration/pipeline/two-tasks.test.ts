import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { EPOCH_HEADER } from '../../../functions/source/to-producer-record.ts';
import { compareCollections } from '../../../infra/local/demo/compare.ts';
import { localKafka } from '../../../infra/local/kafka-client.ts';
import { openPipeline, type Pipeline } from '../../support/pipeline.ts';
import { until } from '../../support/until.ts';

const DOCUMENTS = 200;

/** Epochs of the records of each partition, in the order of the offsets. */
async function epochsByPartition({ services, topic }: Pipeline): Promise<Map<number, number[]>> {
  const kafka = localKafka(services.kafkaBootstrapServers);
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const expected = ends.reduce((sum, { high }) => sum + Number(high), 0);
  const epochs = new Map<number, number[]>();
  let read = 0;
  const consumer = kafka.consumer({ groupId: `${topic}-reader` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message, partition }) => {
      epochs.set(partition, [...(epochs.get(partition) ?? []), Number(message.headers?.[EPOCH_HEADER]?.toString())]);
      read += 1;
    },
  });
  await until('all records read', () => read >= expected);
  await consumer.disconnect();
  return epochs;
}

test('of two tasks one works; stopped past its lease and woken up again, it stores nothing any more and ends', async () => {
  await using pipeline = await openPipeline();
  const [service] = pipeline.sources;
  await service!.until('streaming');
  const first = service!.task();
  const second = await pipeline.startTask('second');
  await until('the second waits', async () => (await second.health())?.state === 'waiting');
  const documents = Array.from({ length: DOCUMENTS }, (_, index) => ({ _id: index as never, index, round: 0 }));
  await pipeline.source.insertMany(documents);

  // in the middle of a batch: updates are on their way while it is stopped
  const updating = pipeline.source.updateMany({}, { $set: { round: 1 } });
  await sleep(20);
  first.child.kill('SIGSTOP');
  await updating;
  await until('the second took over', async () => (await second.health())?.state === 'streaming');
  expect((await second.health())?.epoch).toBe(2);
  // the second has written to the partitions of these documents before the first wakes up
  await pipeline.source.updateMany({}, { $set: { round: 2 } });
  await until(
    'the copy is equal',
    async () => (await compareCollections(pipeline.source, pipeline.sink)).different.length === 0,
  );
  const position = await pipeline.storedOffset();

  first.child.kill('SIGCONT');
  expect(await first.exited).toBe(3);
  await pipeline.source.updateMany({}, { $set: { round: 3 } });
  await until(
    'the copy is equal again',
    async () => (await compareCollections(pipeline.source, pipeline.sink)).different.length === 0,
  );
  const later = await pipeline.storedOffset();
  expect(later?.epoch).toBe(2);
  expect(later?.sequence).toBeGreaterThanOrEqual(position?.sequence ?? 0);
  for (const epochs of (await epochsByPartition(pipeline)).values()) {
    expect(epochs).toEqual(epochs.toSorted((a, b) => a - b));
  }
  await second.stop();
});

test('a stopped task lets the next one in at once', async () => {
  await using pipeline = await openPipeline({ leaseMs: 60_000 });
  const [service] = pipeline.sources;
  await service!.until('streaming');
  const second = await pipeline.startTask('second');
  await until('the second waits', async () => (await second.health())?.state === 'waiting');
  const began = performance.now();
  service!.task().child.kill('SIGTERM');
  expect(await service!.task().exited).toBe(0);
  await until('the second streams', async () => (await second.health())?.state === 'streaming');
  expect(performance.now() - began).toBeLessThan(60_000 / 2);
  await second.stop();
});
