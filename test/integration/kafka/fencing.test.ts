import { randomUUID } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { NO_AUTH } from '../../../functions/aws/kafka/auth.ts';
import { openCluster } from '../../../functions/aws/kafka/cluster.ts';
import { claimProducerId } from '../../../functions/aws/kafka/producer-id.ts';
import { localKafka } from '../../../infra/local/kafka-client.ts';
import { openTestProducer } from './producer.ts';

const { kafkaBootstrapServers } = inject('services');

test('once the new task has written to a partition, nothing of the old one is stored there, and it ends', async () => {
  const topic = `fenced-${randomUUID()}`;
  const transactionalId = `tailrace-${topic}`;
  const record = (value: string) => ({ topic, partition: 0, key: null, value: Buffer.from(value) });
  await using old = await openTestProducer(kafkaBootstrapServers, { transactionalId });
  await old.send([record('old')]);
  await using replacement = await openTestProducer(kafkaBootstrapServers, { transactionalId });
  await replacement.send([record('new')]);
  const late = old.send([record('late')]);
  await expect(late).rejects.toMatchObject({ name: 'StoppedError', code: 'PRODUCER_FENCED' });
  await expect(old.send([record('later')])).rejects.toMatchObject({ code: 'PRODUCER_FENCED' });
  await replacement.send([record('newer')]);
  const admin = localKafka(kafkaBootstrapServers).admin();
  await admin.connect();
  const [first] = (await admin.fetchTopicOffsets(topic)).filter(({ partition }) => partition === 0);
  await admin.disconnect();
  expect(first!.high).toBe('3');
});

test('only the present owner can raise the epoch, so a replaced task never shuts out its successor', async () => {
  const options = { clientId: 'test', auth: NO_AUTH, connectionTimeoutMs: 5000, requestTimeoutMs: 15_000 };
  const cluster = openCluster(kafkaBootstrapServers.split(','), options);
  const claim = { transactionalId: `claim-${randomUUID()}`, timeoutMs: 30_000, now: () => performance.now() };
  try {
    const first = await claimProducerId(cluster, claim);
    const raised = await claimProducerId(cluster, claim, first);
    expect(raised).toEqual({ ...raised, producerId: first.producerId, epoch: first.epoch + 1 });
    const successor = await claimProducerId(cluster, claim);
    expect(successor.epoch).toBe(raised.epoch + 1);
    await expect(claimProducerId(cluster, claim, raised)).rejects.toMatchObject({ code: 'PRODUCER_FENCED' });
  } finally {
    cluster.close();
  }
});
