import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, test } from 'vitest';
import { NO_AUTH } from '../../../functions/aws/kafka/auth.ts';
import { openCluster } from '../../../functions/aws/kafka/cluster.ts';
import { type DeclaredTopic, makeTopics } from '../../../functions/aws/kafka/make-topics.ts';
import { localKafka } from '../../../infra/local/kafka-client.ts';
import { silentLog } from '../../support/silent-log.ts';

const { kafkaBootstrapServers } = inject('services');
const RESOURCE_OF_TOPICS = 2;

async function make(...declared: DeclaredTopic[]): Promise<void> {
  const now = () => performance.now();
  const options = { clientId: 'test', auth: NO_AUTH, connectionTimeoutMs: 5000, requestTimeoutMs: 10_000 };
  const cluster = openCluster(kafkaBootstrapServers.split(','), options);
  try {
    await makeTopics(declared, now() + 20_000, { cluster, log: silentLog, now, sleep });
  } finally {
    cluster.close();
  }
}

async function describeTopic(topic: string): Promise<{ partitions: number; retentionMs: string | undefined }> {
  const admin = localKafka(kafkaBootstrapServers).admin();
  await admin.connect();
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const { resources } = await admin.describeConfigs({
      resources: [{ type: RESOURCE_OF_TOPICS, name: topic, configNames: ['retention.ms'] }],
      includeSynonyms: false,
    });
    return { partitions: topics[0]!.partitions.length, retentionMs: resources[0]!.configEntries[0]?.configValue };
  } finally {
    await admin.disconnect();
  }
}

const declared = (name: string, partitions: number, retentionMs: string): DeclaredTopic => ({
  name,
  partitions,
  replicationFactor: 1,
  configs: { 'retention.ms': retentionMs },
});

test('a real broker gets declared topics, more partitions, and never fewer', async () => {
  const [first, second] = [`made-${randomUUID()}`, `made-${randomUUID()}`];
  await make(declared(first, 2, '3600000'), declared(second, 1, '-1'));
  expect(await describeTopic(first)).toEqual({ partitions: 2, retentionMs: '3600000' });
  expect(await describeTopic(second)).toEqual({ partitions: 1, retentionMs: '-1' });
  // the settings of a topic that exists are its owner's
  await make(declared(first, 5, '7200000'));
  expect(await describeTopic(first)).toEqual({ partitions: 5, retentionMs: '3600000' });
  await make(declared(first, 3, '3600000'));
  expect((await describeTopic(first)).partitions).toBe(5);
});

test('what a real broker refuses is said by its name', async () => {
  const name = `refused-${randomUUID()}`;
  const making = make({ name, partitions: 1, replicationFactor: 7, configs: {} });
  await expect(making).rejects.toThrow(new RegExp(`refused to create the topic ${name} \\(INVALID_REPLICATION_FACTOR`));
});
