import { describe, expect, test } from 'vitest';
import { type CopiedEnvironment, copyEnvironment } from './copied-environment.ts';

/** Each row makes a file that has to stop `cdk synth`, and says where and with which words. */
type Failing = [situation: string, write: (files: CopiedEnvironment) => void, problem: string];

const topic = (partitions: number) => [{ name: 'shop.orders', partitions }];
const pollers = (maximum: number) => ({ pollers: { mode: 'provisioned', minimum: 1, maximum } });
/** Leaves room for whatever a row asks for besides. */
const NO_BUDGET = { connectionBudget: 1_000_000 };
const oneOf = (files: CopiedEnvironment) => {
  const problems = files.problems();
  expect(problems).toHaveLength(1);
  return problems[0];
};

describe('error controls', () => {
  test.each<Failing>([
    [
      'partial batch responses',
      (files) =>
        files.changeSettings({
          sink: { pollers: { mode: 'on-demand' }, errorControls: { partialBatchResponse: true } },
        }),
      'environment.json: sink.errorControls.partialBatchResponse: Expected sink.pollers.mode provisioned, which alone has it, got on-demand',
    ],
    [
      'halving of batches',
      (files) =>
        files.changeSettings({ sink: { pollers: { mode: 'on-demand' }, errorControls: { bisectBatch: true } } }),
      'environment.json: sink.errorControls.bisectBatch: Expected sink.pollers.mode provisioned, which alone has it, got on-demand',
    ],
    [
      'settings of pollers',
      (files) => files.changeSettings({ sink: { pollers: { mode: 'on-demand', maximum: 3 } } }),
      'environment.json: sink.pollers.maximum: Unknown property',
    ],
  ])('%s are refused without provisioned pollers', (_, write, problem) => {
    using files = copyEnvironment('staging');
    write(files);
    expect(oneOf(files)).toBe(problem);
  });

  test('may be turned off with provisioned pollers', () => {
    using files = copyEnvironment('staging');
    files.changeSettings({ sink: { ...pollers(3), errorControls: { bisectBatch: false } } });
    expect(files.problems()).toEqual([]);
  });
});

describe('pollers', () => {
  test.each<Failing>([
    [
      'more pollers than partitions',
      (files) => files.changeSettings({ topics: topic(2), sink: pollers(3) }),
      'environment.json: sink.pollers.maximum: Expected at most 2, the partitions of topic shop.orders, got 3',
    ],
    [
      'more pollers always than partitions',
      (files) => files.changeSettings({ topics: topic(2), sink: { pollers: { mode: 'provisioned', minimum: 3 } } }),
      'environment.json: sink.pollers.minimum: Expected at most 2, the partitions of topic shop.orders, got 3',
    ],
  ])('refuses %s', (_, write, problem) => {
    using files = copyEnvironment('staging');
    write(files);
    expect(oneOf(files)).toBe(problem);
  });

  test('of topics with few partitions are as many as those, where the file does not say', () => {
    using files = copyEnvironment('staging');
    files.changeSettings({ topics: topic(2), sink: { pollers: { mode: 'provisioned' } } });
    expect(files.problems()).toEqual([]);
  });
});

describe('the timeout of a function', () => {
  test.each<Failing>([
    [
      'is too short for the batches of the environment',
      (files) => files.changeSettings({ sink: { ...pollers(3), batchSize: 10_000, timeoutSeconds: 60 } }),
      'environment.json: sink.timeoutSeconds: Expected at least 115 with sink.batchSize 10000 (15 s, and 10 s for each 1000 of 10000 records), got 60',
    ],
    [
      'is too short for the batches of a connector',
      (files) => files.changeConnector('orders-sink', { 'consumer.override.max.poll.records': '5000' }),
      'connectors/orders-sink.json: consumer.override.max.poll.records: Expected at most 4500 with sink.timeoutSeconds 60, got 5000',
    ],
    [
      'does not outlast the pauses of a connector',
      (files) =>
        files.changeConnector('orders-sink', {
          'max.batch.size': '10',
          'rate.limiting.every.n': '5',
          'rate.limiting.timeout': '5000',
        }),
      'connectors/orders-sink.json: rate.limiting.timeout: Expected a put of at most sink.timeoutSeconds (60), got 70 s: 15 s, and 10 s for each 1000 of 500 records, and 50 s of pauses',
    ],
    [
      'does not outlast the pauses of a topic',
      (files) =>
        files.changeConnector('orders-sink', {
          'topic.override.shop.orders.rate.limiting.every.n': '1',
          'topic.override.shop.orders.rate.limiting.timeout': '60000',
        }),
      'connectors/orders-sink.json: topic.override.shop.orders.rate.limiting.timeout: Expected a put of at most',
    ],
  ])('%s', (_, write, problem) => {
    using files = copyEnvironment('staging');
    write(files);
    expect(oneOf(files)).toContain(problem);
  });

  test('is said once for all sinks that share it', () => {
    using files = copyEnvironment('staging');
    files.addConnector('other-sink', 'orders-sink');
    files.changeSettings({ sink: { ...pollers(3), batchSize: 10_000 }, mongodb: NO_BUDGET });
    expect(oneOf(files)).toContain('sink.timeoutSeconds');
  });
});

describe('connections', () => {
  const room = (uri: string) => (files: CopiedEnvironment) => {
    files.changeConnector('orders-sink', { 'connection.uri': uri });
    files.changeSettings({ mongodb: { connectionBudget: 1 } });
  };

  test.each<Failing>([
    [
      'a secret, of which only environment.json can tell: 6 partitions, ours, three hosts',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder as it stands in files
      room('${secretsmanager:tailrace/staging/mongodb:uri}'),
      'Expected at least 180, got 1: orders-sink 6 functions × 10 connections × 3 hosts = 180.',
    ],
    [
      'a list of hosts, with a secret among it',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder as it stands in files
      room('mongodb://app:${secretsmanager:tailrace/mongodb:password}@a.example.net,b.example.net/?maxPoolSize=4'),
      '6 functions × 4 connections × 2 hosts = 48.',
    ],
    [
      'SRV records, with a limit',
      room('mongodb+srv://db.example.net/?srvMaxHosts=2&maxPoolSize=5'),
      '6 functions × 5 connections × 2 hosts = 60.',
    ],
    [
      'a least size of the pool, which leaves the most to the driver',
      room('mongodb://a.example.net/?minPoolSize=2'),
      '6 functions × 100 connections × 1 hosts = 600.',
    ],
    ['a pool without a limit', room('mongodb://a.example.net/?maxPoolSize=0'), 'Infinity connections'],
    [
      'pollers that hold fewer functions than partitions',
      (files) =>
        files.changeSettings({
          topics: topic(12),
          sink: pollers(2),
          mongodb: { connectionBudget: 1, hosts: 5, maxPoolSize: 3 },
        }),
      'orders-sink 10 functions × 3 connections × 5 hosts = 150.',
    ],
    [
      'pollers on demand, which the partitions alone hold',
      (files) => files.changeSettings({ topics: topic(40), sink: { pollers: { mode: 'on-demand' } } }),
      'Expected at least 1200, got 500: orders-sink 40 functions × 10 connections × 3 hosts = 1200.',
    ],
    [
      'two sinks of one deployment',
      (files) => {
        files.addConnector('other-sink', 'orders-sink', { 'topic.override.x.database': 'a' });
        files.changeSettings({ mongodb: { connectionBudget: 359 } });
      },
      'Expected at least 360, got 359: orders-sink 6 functions × 10 connections × 3 hosts = 180; other-sink 6',
    ],
  ])('are counted for %s', (_, write, problem) => {
    using files = copyEnvironment('staging');
    write(files);
    expect(oneOf(files)).toContain('environment.json: mongodb.connectionBudget: ');
    expect(oneOf(files)).toContain(problem);
  });

  test('of two deployments are counted apart', () => {
    using files = copyEnvironment('staging');
    files.addConnector('other-sink', 'orders-sink', { 'connection.uri': 'mongodb://other.example.net/' });
    files.changeSettings({ mongodb: { connectionBudget: 180 } });
    expect(files.problems()).toEqual([]);
  });
});

describe('records that no function could get', () => {
  const CREATION = { 'topic.creation.default.partitions': '6', 'topic.creation.default.replication.factor': '3' };

  test.each([
    [
      'the producer lets through',
      { 'producer.override.max.request.size': '8000000' },
      'producer.override.max.request.size',
    ],
    [
      'the topic lets through',
      { ...CREATION, 'topic.creation.default.max.message.bytes': '8000000' },
      'topic.creation',
    ],
  ])('are warned of where %s', (_, properties, property) => {
    using files = copyEnvironment('staging');
    files.changeConnector('orders-source', properties);
    expect(files.warnings()).toEqual([
      `connectors/orders-source.json: ${property}: Expected at most 4613734 bytes (4.4 MiB) for topic shop.orders, which a sink reads, got 8000000: Lambda delivers no larger record`,
    ]);
  });

  test.each([
    [
      'one of two limits is small enough',
      {
        ...CREATION,
        'topic.creation.default.max.message.bytes': '8000000',
        'producer.override.max.request.size': '1000000',
      },
    ],
    ['no sink reads the topic', { 'producer.override.max.request.size': '8000000', collection: 'items' }],
  ])('are not warned of where %s', (_, properties) => {
    using files = copyEnvironment('staging');
    files.changeSettings({ topics: ['shop.orders', 'shop.items'].map((name) => ({ name, partitions: 6 })) });
    files.changeConnector('orders-source', properties);
    expect(files.warnings()).toEqual([]);
  });
});

test('a setting of a consumer that a mapping does not have is warned of', () => {
  using files = copyEnvironment('staging');
  files.changeConnector('orders-sink', { 'consumer.override.session.timeout.ms': '30000' });
  expect(files.warnings()).toEqual([
    "connectors/orders-sink.json: consumer.override.session.timeout.ms: Has no effect; Lambda's mapping has auto.offset.reset, max.poll.records, fetch.max.wait.ms, group.id",
  ]);
});

test('all of them are told at once', () => {
  using files = copyEnvironment('staging');
  files.changeSettings({
    topics: topic(1),
    sink: { ...pollers(3), batchSize: 10_000 },
    mongodb: { connectionBudget: 10 },
    tags: { owner: 'mongodb://app:hunter2@db.example.net' },
  });
  files.addConnector('other-sink', 'orders-sink', { topics: 'nobodys' });
  expect(files.problems().map((problem) => problem.split(': ').slice(0, 2).join(': '))).toEqual([
    'environment.json: tags.owner',
    'connectors/other-sink.json: topics',
    'environment.json: sink.pollers.maximum',
    'environment.json: sink.timeoutSeconds',
    'environment.json: mongodb.connectionBudget',
  ]);
  expect(files.problems().join()).not.toContain('hunter2');
});

test.each([
  ['a password of a converter', 'value.converter.basic.auth.user.info', 'user:hunter2'],
  ['a password of the producer', 'producer.override.ssl.keystore.password', 'hunter2'],
  ['a key of AWS', 'value.converter.note', 'AKIAIOSFODNN7EXAMPLE'],
  ['a private key', 'value.converter.pem', '-----BEGIN PRIVATE KEY-----\nhunter2'],
  ['a password for a key file', 'connection.uri', 'mongodb://db/?tlsCertificateKeyFilePassword=hunter2'],
])('%s in a connector file is refused, without repeating it', (_, property, value) => {
  using files = copyEnvironment('staging');
  files.changeConnector('orders-source', { [property]: value });
  const problems = files.problems().join('\n');
  expect(problems).toContain(`connectors/orders-source.json: ${property}: Expected no password in the file, got one`);
  expect(problems).not.toContain('hunter2');
});
