import { expect, test } from 'vitest';
import type { Cluster, TopicMetadata } from '../../../../functions/aws/kafka/cluster.ts';
import type { BrokerConnection } from '../../../../functions/aws/kafka/kafkajs-broker.ts';
import { parseTopicCreation } from '../../../../functions/aws/kafka/topic-creation.ts';
import { openTopics } from '../../../../functions/aws/kafka/topics.ts';
import { RetriableError } from '../../../../functions/connect/errors.ts';
import { silentLog } from '../../../support/silent-log.ts';

const there = (topic: string, leaders = [1]): TopicMetadata => ({ topic, errorCode: 0, leaders });
const missing = (topic: string): TopicMetadata => ({ topic, errorCode: 3, leaders: [] });

type Asked = string;

/** Topics over a cluster that answers `describe` from a list, the last answer for ever. */
function fakeTopics(
  answers: ((names: readonly string[]) => TopicMetadata[])[],
  properties: Record<string, string> = {},
) {
  const asked: Asked[] = [];
  const connection = {
    host: 'broker',
    port: 1,
    request: async (api: string) => {
      asked.push(api);
      return api === 'CreateTopics' ? { topicErrors: [] } : { resources: [] };
    },
  } as Partial<BrokerConnection> as BrokerConnection;
  const cluster = {
    any: async () => connection,
    controller: async () => connection,
    describe: async (names: readonly string[], mayCreate: boolean) => {
      asked.push(`${names.join('+')}${mayCreate ? ' or create' : ''}`);
      return (answers.length > 1 ? answers.shift()! : answers[0]!)(names);
    },
  } as Partial<Cluster> as Cluster;
  const deps = { cluster, log: silentLog, now: () => performance.now(), maxBlockMs: 300 };
  return { topics: openTopics({ ...deps, creation: parseTopicCreation(properties) }), asked };
}

const CREATION = { 'topic.creation.default.partitions': '1', 'topic.creation.default.replication.factor': '1' };

test('K13: asks for the topics that it lacks, all in one request, and never for all of the cluster', async () => {
  const { topics, asked } = fakeTopics([(names) => names.map((name) => there(name))]);
  await topics.ensure(['a', 'b']);
  await topics.ensure(['a', 'b', 'c']);
  await topics.ensure(['a']);
  await topics.refresh();
  expect(asked.filter((each) => each !== 'DescribeConfigs')).toEqual(['a+b or create', 'c or create', 'a+b+c']);
});

test('a producer that sent nothing yet refreshes nothing: an empty list would mean all topics', async () => {
  const { topics, asked } = fakeTopics([() => []]);
  await topics.refresh();
  expect(asked).toEqual([]);
});

test('creates a missing topic where topic.creation.* allows it, and waits for its leaders', async () => {
  const { topics, asked } = fakeTopics(
    [() => [missing('a')], () => [missing('a')], () => [there('a', [2, 3])]],
    CREATION,
  );
  await topics.ensure(['a']);
  expect(asked.slice(0, 2)).toEqual(['a', 'CreateTopics']);
  expect(topics.get('a')?.leaders).toEqual([2, 3]);
});

test('refreshes that overlap share one request', async () => {
  const { topics, asked } = fakeTopics([(names) => names.map((name) => there(name))]);
  await topics.ensure(['a']);
  asked.length = 0;
  await Promise.all([topics.refresh(), topics.refresh(), topics.refresh()]);
  expect(asked).toEqual(['a']);
});

test('a topic in trouble keeps its partitions, so that keys stay where they are', async () => {
  const { topics } = fakeTopics([() => [there('a', [1, 2, 3])], () => [missing('a')]]);
  await topics.ensure(['a']);
  await topics.refresh();
  expect(topics.get('a')?.leaders).toEqual([-1, -1, -1]);
});

test('a topic without a permission is the operator’s to change', async () => {
  const { topics } = fakeTopics([() => [{ topic: 'a', errorCode: 29, leaders: [] }]]);
  await expect(topics.ensure(['a'])).rejects.toMatchObject({ name: 'ConfigError', code: 'KAFKA_REFUSED' });
});

test('brokers that don’t answer are asked until max.block.ms', async () => {
  const failing = () => {
    throw new RetriableError('KAFKA_UNREACHABLE', 'Connection refused');
  };
  const { topics } = fakeTopics([failing]);
  await expect(topics.ensure(['a'])).rejects.toThrow(/topic a within max\.block\.ms \(300 ms\): Connection refused/);
});
