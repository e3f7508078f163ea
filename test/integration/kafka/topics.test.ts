import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { DataError } from '../../../functions/connect/errors.ts';
import { startKafka } from '../../../infra/local/kafka.ts';
import { localKafka } from '../../../infra/local/kafka-client.ts';
import { openRun, type Run } from '../../../infra/local/processes.ts';
import { openTestProducer } from './producer.ts';

const { kafkaBootstrapServers } = inject('services');
const RESOURCE_OF_TOPICS = 2;

const record = (topic: string, value: string) => ({ topic, key: null, value: Buffer.from(value) });

async function lengthOf(topic: string, bootstrapServers = kafkaBootstrapServers): Promise<number> {
  const admin = localKafka(bootstrapServers).admin();
  await admin.connect();
  try {
    return (await admin.fetchTopicOffsets(topic)).reduce((sum, { offset }) => sum + Number(offset), 0);
  } finally {
    await admin.disconnect();
  }
}

test('a missing topic is created as topic.creation.* says, with the broker’s default number of replicas', async () => {
  const topic = `created-${randomUUID()}`;
  await using producer = await openTestProducer(kafkaBootstrapServers, {
    topicCreation: {
      'topic.creation.default.partitions': '5',
      'topic.creation.default.replication.factor': '-1',
      'topic.creation.default.cleanup.policy': 'compact',
    },
  });
  await producer.prepare([topic]);
  const admin = localKafka(kafkaBootstrapServers).admin();
  await admin.connect();
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const { resources } = await admin.describeConfigs({
    resources: [{ type: RESOURCE_OF_TOPICS, name: topic, configNames: ['cleanup.policy'] }],
    includeSynonyms: false,
  });
  await admin.disconnect();
  expect(topics[0]!.partitions).toHaveLength(5);
  expect(resources[0]!.configEntries[0]!.configValue).toBe('compact');
});

test('what the broker refuses to create is said with its reason', async () => {
  await using producer = await openTestProducer(kafkaBootstrapServers, {
    topicCreation: {
      'topic.creation.default.partitions': '1',
      'topic.creation.default.replication.factor': '7',
    },
  });
  const topic = `refused-${randomUUID()}`;
  const preparing = producer.prepare([topic]);
  await expect(preparing).rejects.toMatchObject({ name: 'ConfigError', code: 'KAFKA_REFUSED' });
  await expect(preparing).rejects.toThrow(new RegExp(`topic.creation.*${topic}.*INVALID_REPLICATION_FACTOR`));
});

test('a record that is too large for its topic is handed over; the ones around it are stored', async () => {
  const topic = `small-${randomUUID()}`;
  const rejected: [string, DataError['code']][] = [];
  await using producer = await openTestProducer(
    kafkaBootstrapServers,
    {
      topicCreation: {
        'topic.creation.default.partitions': '1',
        'topic.creation.default.replication.factor': '1',
        'topic.creation.default.max.message.bytes': '2000',
      },
    },
    {
      onRejected: async ({ value }, { code }) => {
        rejected.push([String(value).slice(0, 3), code]);
      },
    },
  );
  const values = Array.from({ length: 40 }, (_, index) =>
    index === 17 ? `big${'x'.repeat(3000)}` : `${index} ${'x'.repeat(300)}`,
  );
  await producer.send(values.map((value) => record(topic, value)));
  expect(rejected).toEqual([['big', 'RECORD_TOO_LARGE']]);
  expect(await lengthOf(topic)).toBe(39);
});

test('a record that the broker finds invalid is handed over: no key on a compacted topic', async () => {
  const topic = `compacted-${randomUUID()}`;
  const rejected: string[] = [];
  await using producer = await openTestProducer(
    kafkaBootstrapServers,
    {
      topicCreation: {
        'topic.creation.default.partitions': '1',
        'topic.creation.default.replication.factor': '1',
        'topic.creation.default.cleanup.policy': 'compact',
      },
    },
    {
      onRejected: async ({ value }, { code }) => {
        rejected.push(`${value} ${code}`);
      },
    },
  );
  const keyed = (value: string) => ({ topic, partition: 0, key: Buffer.from(value), value: Buffer.from(value) });
  await producer.send([keyed('a'), { topic, partition: 0, key: null, value: Buffer.from('b') }, keyed('c')]);
  expect(rejected).toEqual(['b RECORD_INVALID']);
  expect(await lengthOf(topic)).toBe(2);
});

describe('a broker that creates no topics by itself', () => {
  let run: Run;
  let bootstrapServers: string;
  beforeAll(async () => {
    run = await openRun();
    const properties = { 'auto.create.topics.enable': 'false' };
    ({ bootstrapServers } = await startKafka(run, { properties, report: () => undefined }));
  });
  afterAll(() => run[Symbol.asyncDispose]());

  test('a topic that is missing and may not be created is a clear error, at start and at its first record', async () => {
    await using producer = await openTestProducer(bootstrapServers, { topicCreation: {} });
    const missing = { name: 'ConfigError', code: 'TOPIC_MISSING' };
    await expect(producer.prepare(['nowhere'])).rejects.toMatchObject(missing);
    const sent = producer.send([record('nowhere', 'a')]);
    await expect(sent).rejects.toMatchObject(missing);
    await expect(sent).rejects.toThrow(/topic\.creation\.default\.partitions: .*topic nowhere/);
  });

  test('calls keep their order where the first one’s topic has to be looked up', async () => {
    const topic = `order-${randomUUID()}`;
    await using producer = await openTestProducer(bootstrapServers, {
      topicCreation: {
        'topic.creation.default.partitions': '1',
        'topic.creation.default.replication.factor': '1',
      },
    });
    const sends = [producer.send([record(topic, '0'), record(`${topic}-2`, 'x')])];
    await producer.prepare([topic]);
    for (let index = 1; index < 20; index += 1) sends.push(producer.send([record(topic, String(index))]));
    await Promise.all(sends);
    const consumer = localKafka(bootstrapServers).consumer({ groupId: topic });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const read: string[] = [];
    await new Promise<void>((resolve) => {
      void consumer.run({
        eachMessage: async ({ message }) => {
          read.push(String(message.value));
          if (read.length === 20) resolve();
        },
      });
    });
    await consumer.disconnect();
    expect(read).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
  });
});
