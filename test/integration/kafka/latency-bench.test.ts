import { randomUUID } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { startFloor } from '../../../bench/latency/floor.ts';
import { readTopic } from '../../../bench/latency/topic-reader.ts';
import { sharedNow } from '../../../bench/replay-server/live-events.ts';
import { localKafka } from '../../../infra/local/kafka-client.ts';

test('the reader of the latency bench sees each record once, after it was there', async () => {
  const { kafkaBootstrapServers } = inject('services');
  const topic = `latency-${randomUUID()}`;
  const admin = localKafka(kafkaBootstrapServers).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
  await admin.disconnect();
  await using reader = await readTopic(kafkaBootstrapServers, topic);
  const floor = await startFloor(kafkaBootstrapServers, topic);
  const available = await floor.add(500, 100);
  await reader.reached(100);
  await floor.stop();
  expect(reader.times).toHaveLength(100);
  for (const [index, time] of reader.times.entries()) {
    expect(time).toBeGreaterThan(available[index] ?? Number.NaN);
    expect(time).toBeLessThan(sharedNow());
  }
});
