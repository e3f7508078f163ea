import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigError } from '../../../functions/connect/errors.ts';
import { environmentNames, environmentsFolder, loadEnvironment, requireCloud } from '../../../infra/environment.ts';
import { environmentJsonSchema } from '../../../infra/environment-schema.ts';

type Json = Record<string, unknown>;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tailrace-environments-'));
  cpSync(join(environmentsFolder, 'staging'), join(folder, 'staging'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Changes one file of the environment; a member that becomes undefined goes. */
function change(file: string, edit: (document: Json) => void): void {
  const path = join(folder, 'staging', file);
  const document = JSON.parse(readFileSync(path, 'utf8')) as Json;
  edit(document);
  writeFileSync(path, JSON.stringify(document));
}

const changeSettings = (members: Json) => change('environment.json', (document) => Object.assign(document, members));

const changeConnector = (name: string, properties: Json) =>
  change(`connectors/${name}.json`, ({ config }) => Object.assign(config as Json, properties));

function addSink(name: string, properties: Json = {}): void {
  const document = JSON.parse(readFileSync(join(folder, 'staging/connectors/orders-sink.json'), 'utf8')) as Json;
  const config = { ...(document.config as Json), ...properties };
  writeFileSync(join(folder, `staging/connectors/${name}.json`), JSON.stringify({ name, config }));
}

function problemsOf(name = 'staging'): string[] {
  try {
    loadEnvironment(name, folder);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ property, message }) => `${property.replace(`${folder}/`, '')}: ${message}`);
  }
}

test.each(environmentNames())('environment %s is valid, without a warning', (name) => {
  const { sinks, sources, warnings } = loadEnvironment(name);
  expect(warnings).toEqual([]);
  expect([sources.length, sinks.length]).toEqual([1, 1]);
});

test('dev, staging and prod differ where environments differ', () => {
  const [dev, staging, prod] = ['dev', 'staging', 'prod'].map((name) => requireCloud(loadEnvironment(name)).settings);
  expect([dev, staging, prod].map((settings) => settings?.kafka)).toMatchObject([
    { kind: 'standard', instanceType: 'kafka.t3.small' },
    { kind: 'express', instanceType: 'express.m7g.large' },
    { kind: 'express', instanceType: 'express.m7g.xlarge' },
  ]);
  expect([dev, staging, prod].map((settings) => settings?.sink.pollers.mode)).toEqual([
    'on-demand',
    'provisioned',
    'provisioned',
  ]);
  expect([dev, staging, prod].map((settings) => settings?.retention.logDays)).toEqual([7, 14, 90]);
  expect([dev, staging, prod].map((settings) => settings?.deletionProtection)).toEqual([false, false, true]);
});

test('an unknown environment is answered with the known ones', () => {
  expect(problemsOf('production').join()).toContain('Unknown environment "production", expected one of staging');
});

test('no stacks are made from local', () => {
  expect(() => requireCloud(loadEnvironment('local'))).toThrow('Environment local runs on one machine: use npm start');
});

describe('environment.json', () => {
  test('gives all problems of all files at once, each with file and property', () => {
    changeSettings({ nettwork: {}, topics: [{ name: 'a b', partitions: 0 }], retention: { logDays: 8 } });
    changeConnector('orders-sink', { topics: undefined });
    change('connectors/orders-source.json', ({ config }) => {
      (config as Json)['connector.class'] = 'io.debezium.connector.mongodb.MongoDbConnector';
    });
    const problems = problemsOf();
    for (const start of [
      'staging/environment.json: nettwork: Unknown property',
      'staging/environment.json: topics.0.name: Expected 1 to 249 letters',
      'staging/environment.json: topics.0.partitions:',
      'staging/environment.json: retention.logDays:',
      'staging/connectors/orders-source.json: connector.class: Unknown class io.debezium',
    ]) {
      expect(problems.filter((problem) => problem.startsWith(start))).toHaveLength(1);
    }
    expect(problems.some((problem) => problem.startsWith('staging/connectors/orders-sink.json: topics'))).toBe(true);
  });

  test('says on which line it is not JSON', () => {
    writeFileSync(join(folder, 'staging/environment.json'), '{\n  "topics": [],\n  oops\n}');
    expect(problemsOf()).toContain('staging/environment.json: Not valid JSON at line 3');
  });

  test.each<[string, Json, string]>([
    ['no network', { network: undefined }, 'network: Missing'],
    ['no cluster', { kafka: undefined }, 'kafka: Missing'],
    [
      'Express in two zones',
      { network: { kind: 'made', availabilityZones: 2 } },
      'network.availabilityZones: Expected 3 for kafka.kind express, got 2',
    ],
    [
      'brokers that zones cannot share',
      { kafka: { kind: 'standard', brokers: 4 } },
      'kafka.brokers: Expected a multiple of the 3 zones',
    ],
    [
      'more copies than brokers',
      {
        network: { kind: 'made', availabilityZones: 2 },
        kafka: { kind: 'standard', brokers: 2 },
        topics: [{ name: 'shop.orders', partitions: 1, replicationFactor: 3 }],
      },
      'topics.0.replicationFactor: Expected at most kafka.brokers (2), got 3',
    ],
    [
      'a topic twice',
      {
        topics: [
          { name: 'shop.orders', partitions: 1 },
          { name: 'shop.orders', partitions: 2 },
        ],
      },
      'topics: Topic shop.orders is used twice',
    ],
    ['ports the wrong way round', { mongodb: { fromPort: 27017, toPort: 1024 } }, 'mongodb.toPort: Expected at least'],
    [
      'fewer pollers at most than at least',
      { sink: { pollers: { mode: 'provisioned', minimum: 5, maximum: 2 } } },
      'sink.pollers.minimum: Expected at most sink.pollers.maximum (2), got 5',
    ],
    [
      'memory that Fargate does not sell',
      { source: { cpu: 1024, memoryMiB: 1024 } },
      'source.memoryMiB: Expected 2048 to 8192 in steps of 1024 for source.cpu 1024, got 1024',
    ],
    [
      'a topic that nobody declares',
      { topics: [] },
      'Topic shop.orders is not declared in "topics" of environment.json',
    ],
  ])('refuses %s', (_, settings, expected) => {
    changeSettings(settings);
    expect(problemsOf().join('\n')).toContain(expected);
  });

  test('needs no topic that its source creates', () => {
    changeSettings({ topics: [] });
    rmSync(join(folder, 'staging/connectors/orders-sink.json'));
    expect(problemsOf().join()).toContain('Topic shop.orders is not declared');
    const creation = { 'topic.creation.default.partitions': '3', 'topic.creation.default.replication.factor': '3' };
    changeConnector('orders-source', creation);
    expect(problemsOf()).toEqual([]);
  });

  test('describes every property in its JSON Schema', () => {
    const undescribed: string[] = [];
    const visit = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      for (const [key, value] of Object.entries(schema)) {
        if (key === 'properties') {
          for (const [property, inner] of Object.entries(value as Json)) {
            if (!(inner as Json).description) undescribed.push(`${path}.${property}`);
          }
        }
        visit(value, `${path}.${key}`);
      }
    };
    visit(environmentJsonSchema(), '');
    expect(undescribed).toEqual([]);
  });
});

describe('connector files', () => {
  test('become mappings with the groups of Kafka Connect', () => {
    addSink('all', {
      topics: undefined,
      'topics.regex': 'shop\\..*',
      'consumer.override.auto.offset.reset': 'latest',
      'consumer.override.max.poll.records': '50',
      'consumer.override.fetch.max.wait.ms': '2000',
    });
    changeSettings({ topics: ['shop.orders', 'shop.items', 'other'].map((name) => ({ name, partitions: 3 })) });
    expect(loadEnvironment('staging', folder).sinks).toMatchObject([
      {
        name: 'all',
        subscriptions: [
          { topic: 'shop.orders', consumerGroup: 'connect-all.shop.orders' },
          { topic: 'shop.items', consumerGroup: 'connect-all.shop.items' },
        ],
        startAt: 'latest',
        batchSize: 50,
        windowSeconds: 2,
      },
      {
        name: 'orders-sink',
        subscriptions: [{ topic: 'shop.orders', consumerGroup: 'connect-orders-sink' }],
        startAt: 'earliest',
        batchSize: 500,
        windowSeconds: undefined,
      },
    ]);
  });

  test('are refused where two connectors have one name', () => {
    cpSync(join(folder, 'staging/connectors/orders-sink.json'), join(folder, 'staging/connectors/copy.json'));
    expect(problemsOf().join('\n')).toContain('Connector name orders-sink is used twice, first at');
  });

  test('are refused where two mappings would share a consumer group', () => {
    changeSettings({ topics: ['shop.orders', 'b', 'c'].map((name) => ({ name, partitions: 1 })) });
    addSink('a', { topics: 'b, c' });
    addSink('a.b', { topics: 'b' });
    expect(problemsOf().join('\n')).toContain('Consumer group connect-a.b is used twice, first at');
    rmSync(join(folder, 'staging/connectors/a.b.json'));
    addSink('other', { topics: 'b', 'consumer.override.group.id': 'connect-orders-sink' });
    expect(problemsOf().join('\n')).toContain('Consumer group connect-orders-sink is used twice');
  });

  test('are refused where two connectors would share a function', () => {
    addSink('orders.eu');
    addSink('orders-eu');
    expect(problemsOf().join('\n')).toContain('Function name tailrace-staging-sink-orders-eu is used twice');
  });

  test('are refused where the name of the function would be too long for Lambda', () => {
    addSink('o'.repeat(60));
    expect(problemsOf().join('\n')).toContain('Expected function names of at most 64 characters');
  });

  test.each([
    ['a password in the connection string', { 'connection.uri': 'mongodb+srv://app:hunter2@db.example.net/' }],
    [
      'a password in a setting',
      { 'consumer.override.sasl.jaas.config': 'Plain required username="u" password="hunter2";' },
    ],
  ])('are refused with %s, without repeating it', (_, properties) => {
    changeConnector('orders-sink', properties);
    const problems = problemsOf().join('\n');
    expect(problems).toContain('Expected no password in the file, got one');
    expect(problems).not.toContain('hunter2');
  });

  test.each([
    // biome-ignore lint/suspicious/noTemplateCurlyInString: placeholders as they stand in files
    ['a password by placeholder', 'mongodb://app:${secretsmanager:tailrace/mongodb:password}@db.example.net/'],
    ['no user at all', 'mongodb+srv://db.example.net/?authMechanism=MONGODB-AWS&authSource=%24external'],
    ['a port and settings behind it', 'mongodb://db.example.net:27017/?appName=a%40b'],
  ])('may have %s', (_, uri) => {
    changeConnector('orders-sink', { 'connection.uri': uri });
    expect(problemsOf()).toEqual([]);
  });

  test('may have a password in local, where it is nobody else', () => {
    cpSync(join(environmentsFolder, 'local'), join(folder, 'local'), { recursive: true });
    const path = join(folder, 'local/connectors/movies-sink.json');
    const document = JSON.parse(readFileSync(path, 'utf8')) as { config: Json };
    document.config['connection.uri'] = 'mongodb://app:hunter2@127.0.0.1:27017/';
    writeFileSync(path, JSON.stringify(document));
    expect(problemsOf('local')).toEqual([]);
  });

  test('have their modules beside them', () => {
    changeConnector('orders-sink', { 'field.value.transformer': 'com.acme.Redact' });
    expect(problemsOf().join('\n')).toContain('orders-sink.json: field.value.transformer: Class not found: com.acme');
    const file = join(folder, 'staging/connectors/com.acme.Redact.mjs');
    writeFileSync(file, 'export const createTransformer = () => (_name, value) => value;');
    expect(loadEnvironment('staging', folder).sinks[0]?.modules).toEqual([{ className: 'com.acme.Redact', file }]);
  });

  test('are refused with a variable of the environment, which only local has', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder as it stands in files
    changeConnector('orders-sink', { 'connection.uri': '${env:MONGODB_URI}' });
    expect(problemsOf().join('\n')).toMatch(/orders-sink\.json: connection\.uri: Expected \$\{secretsmanager/);
  });

  test.each([
    ['consumer.override.auto.offset.reset', 'none'],
    ['consumer.override.max.poll.records', '20000'],
    ['consumer.override.fetch.max.wait.ms', '2500'],
    ['topics.regex', 'nothing\\..*'],
  ])('are refused with %s = %s', (property, value) => {
    changeConnector('orders-sink', { ...(property === 'topics.regex' && { topics: undefined }), [property]: value });
    expect(problemsOf().join('\n')).toContain(`staging/connectors/orders-sink.json: ${property}: `);
  });
});

test('a folder without an environment.json is no environment', () => {
  mkdirSync(join(folder, 'notes'));
  expect(environmentNames(folder)).toEqual(['staging']);
});
