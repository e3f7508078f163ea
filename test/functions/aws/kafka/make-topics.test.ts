import { expect, test } from 'vitest';
import type { Cluster, TopicMetadata } from '../../../../functions/aws/kafka/cluster.ts';
import type { BrokerConnection } from '../../../../functions/aws/kafka/kafkajs-broker.ts';
import { type DeclaredTopic, makeTopics } from '../../../../functions/aws/kafka/make-topics.ts';
import { RetriableError } from '../../../../functions/connect/errors.ts';
import { notingLog } from '../../../support/silent-log.ts';

const declared = (name: string, partitions = 3): DeclaredTopic => ({
  name,
  partitions,
  replicationFactor: 3,
  configs: { 'retention.ms': '1000' },
});

type Options = {
  /** Partitions of the topics that exist. */
  readonly existing?: Record<string, number>;
  /** The error code of a request, by its name; 0 does what was asked. */
  readonly refuse?: (api: string, count: number) => number;
  readonly describe?: (count: number) => TopicMetadata[] | undefined;
};

/** A cluster in memory, a clock that only sleeping moves, and the requests in their order. */
function fakeCluster({ existing = {}, refuse = () => 0, describe = () => undefined }: Options) {
  const topics = new Map(Object.entries(existing));
  const asked: string[] = [];
  const log = notingLog();
  let time = 0;
  let described = 0;
  const connection = {
    host: 'broker',
    port: 9098,
    // biome-ignore lint/suspicious/noExplicitAny: what kafkajs encodes
    async request(api: string, parameters: any) {
      const [{ topic, count, numPartitions }] = parameters.topics ?? parameters.topicPartitions;
      asked.push(`${api} ${topic} ${count ?? numPartitions}`);
      const errorCode = refuse(api, asked.length);
      if (errorCode === 0) topics.set(topic, count ?? numPartitions);
      return { topicErrors: [{ topic, errorCode, errorMessage: null }] };
    },
  } as Partial<BrokerConnection> as BrokerConnection;
  const cluster = {
    controller: async () => connection,
    async describe(names: readonly string[], mayCreate: boolean) {
      if (mayCreate) throw new Error('the broker must not make a topic by itself');
      return (
        describe(++described) ??
        names.map((topic) => {
          const partitions = topics.get(topic);
          return partitions === undefined
            ? { topic, errorCode: 3, leaders: [] }
            : { topic, errorCode: 0, leaders: Array.from({ length: partitions }, () => 1) };
        })
      );
    },
  } as Partial<Cluster> as Cluster;
  const sleep = async (ms: number) => {
    time += ms;
  };
  const deps = { cluster, log, now: () => time, sleep };
  const make = (...wanted: DeclaredTopic[]) => makeTopics(wanted, 60_000, deps);
  return { make, asked, topics, log, time: () => time };
}

test('makes what is missing, raises what has too few partitions, and leaves the rest alone', async () => {
  const { make, asked, topics } = fakeCluster({ existing: { grown: 2, there: 3 } });
  await make(declared('new'), declared('grown'), declared('there'));
  expect(asked).toEqual(['CreateTopics new 3', 'CreatePartitions grown 3']);
  expect(Object.fromEntries(topics)).toEqual({ new: 3, grown: 3, there: 3 });
});

test('never takes partitions away, and says so', async () => {
  const { make, asked, log } = fakeCluster({ existing: { large: 12 } });
  await make(declared('large', 3));
  expect(asked).toEqual([]);
  expect(log.lines).toEqual([
    {
      level: 'warn',
      message: 'Topic has more partitions than declared',
      fields: { topic: 'large', declared: 3, has: 12 },
    },
  ]);
});

test('no topic is no question: an empty list would mean all topics of the cluster', async () => {
  const { make } = fakeCluster({
    describe: () => {
      throw new Error('asked');
    },
  });
  await make();
});

test.each<[string, Options]>([
  ['another deployment made the topic in between', { refuse: (_, count) => (count === 1 ? 36 : 0) }],
  ['the controller has moved', { refuse: (_, count) => (count === 1 ? 41 : 0) }],
  ['the quota is used up', { refuse: (_, count) => (count < 4 ? 89 : 0) }],
  [
    'partitions were raised and the answer was old',
    { existing: { a: 1 }, refuse: (_, count) => (count === 1 ? 37 : 0) },
  ],
  [
    'a partition has no leader yet',
    {
      existing: { a: 3 },
      describe: (count) => (count === 1 ? [{ topic: 'a', errorCode: 0, leaders: [1, -1, 1] }] : undefined),
    },
  ],
  [
    'no broker answers',
    {
      describe: (count) => {
        if (count < 3) throw new RetriableError('KAFKA_UNREACHABLE', 'Connection refused');
        return undefined;
      },
    },
  ],
])('looks again where %s', async (_, options) => {
  const { make, topics } = fakeCluster(options);
  await make(declared('a'));
  expect(topics.get('a')).toBe(3);
});

test.each<[string, Options, RegExp]>([
  [
    'a number of replicas',
    { refuse: () => 38 },
    /^topics: Kafka refused to create the topic a \(INVALID_REPLICATION_FACTOR\)$/,
  ],
  [
    'more partitions',
    { existing: { a: 1 }, refuse: () => 29 },
    /^topics: Kafka refused to give the topic a 3 partitions \(TOPIC_AUTHORIZATION_FAILED\)$/,
  ],
  [
    'the look at it',
    { describe: () => [{ topic: 'a', errorCode: 29, leaders: [] }] },
    /^topics: Kafka refused the topic a: TOPIC_AUTHORIZATION_FAILED$/,
  ],
])('says what refuses %s', async (_, options, message) => {
  const making = fakeCluster(options).make(declared('a'));
  await expect(making).rejects.toMatchObject({ code: 'KAFKA_REFUSED' });
  await expect(making).rejects.toThrow(message);
});

test('gives up in time, and says which topics wait for what', async () => {
  const { make, time } = fakeCluster({
    existing: { b: 3 },
    describe: () => [
      { topic: 'a', errorCode: 5, leaders: [] },
      { topic: 'b', errorCode: 0, leaders: [1, 1, 1] },
    ],
  });
  await expect(make(declared('a'), declared('b'))).rejects.toThrow(
    'Expected the topics a to be ready before the deployment gives up, got: no leader for each partition yet',
  );
  expect(time()).toBeLessThanOrEqual(60_000);
});
