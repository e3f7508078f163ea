import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { storeValues } from '../../../functions/aws/claim-check.ts';
import { lettersOf, recordsOf } from '../../../infra/constructs/claim-check-access.ts';
import {
  CLOUD,
  cloudEnvironment,
  type Resource,
  resourcesOf,
  rightsOf,
  statementsOf,
  templatesOf,
} from './synthesised.ts';

const mappingsOf = (template: Template): Resource[] =>
  resourcesOf(template, 'AWS::Lambda::EventSourceMapping').filter(({ Properties }) => Properties.Topics !== undefined);

const functionNamed = (template: Template, name: string): Resource['Properties'] => {
  const found = resourcesOf(template, 'AWS::Lambda::Function').find(
    ({ Properties }) => Properties.FunctionName === name,
  );
  if (!found) throw new Error(`No function ${name}`);
  return found.Properties;
};

describe.each(CLOUD)('the sink stack of %s', (name) => {
  let template: Template;
  let state: Template;
  beforeAll(() => {
    ({ sink: template, state } = templatesOf(cloudEnvironment(name)));
  });

  test('retries for ever and has no failure destination', () => {
    for (const { Properties } of mappingsOf(template)) {
      expect(Properties).toMatchObject({ MaximumRetryAttempts: -1, MaximumRecordAgeInSeconds: -1 });
      expect(Properties).not.toHaveProperty('DestinationConfig');
    }
  });

  test('reads each topic once, with the group that Kafka Connect would have, from the beginning', () => {
    expect(mappingsOf(template).map(({ Properties }) => Properties)).toMatchObject([
      {
        Topics: ['shop.orders'],
        AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'connect-orders-sink' },
        StartingPosition: 'TRIM_HORIZON',
        BatchSize: 500,
      },
    ]);
  });

  test('asks for error controls only where pollers are provisioned, and tells the function so', () => {
    const provisioned = name !== 'dev';
    const [mapping] = mappingsOf(template);
    expect(mapping?.Properties.ProvisionedPollerConfig !== undefined).toBe(provisioned);
    expect(mapping?.Properties.BisectBatchOnFunctionError === true).toBe(provisioned);
    expect(mapping?.Properties.FunctionResponseTypes).toEqual(provisioned ? ['ReportBatchItemFailures'] : undefined);
    const sink = functionNamed(template, `tailrace-${name}-sink-orders-sink`);
    expect(sink.Environment.Variables.TAILRACE_PARTIAL_RESPONSE).toBe(String(provisioned));
  });

  test('gives the functions the variables that they read', () => {
    const variables = functionNamed(template, `tailrace-${name}-sink-orders-sink`).Environment.Variables;
    expect(Object.keys(variables).sort()).toEqual([
      'NODE_OPTIONS',
      'TAILRACE_CLAIM_CHECK_BUCKET',
      'TAILRACE_CONNECTOR',
      'TAILRACE_DEAD_LETTER_QUEUE_URL',
      'TAILRACE_ENVIRONMENT',
      'TAILRACE_PARTIAL_RESPONSE',
      'TAILRACE_TABLE',
    ]);
    expect(functionNamed(template, `tailrace-${name}-replay`).Environment.Variables).toEqual({
      NODE_OPTIONS: '--enable-source-maps',
      TAILRACE_ENVIRONMENT: name,
      TAILRACE_REPLAY_QUEUE_URL: expect.objectContaining({
        'Fn::ImportValue': expect.stringMatching(/queuesreplay/),
      }),
    });
  });

  test('runs on Node.js 24 and ARM64', () => {
    for (const { Properties } of resourcesOf(template, 'AWS::Lambda::Function')) {
      expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' });
    }
  });

  test('lets a sink read its topic as its group, send dead letters and read its secret', () => {
    const rights = rightsOf(template, 'sinkhostrole');
    expect(rights['kafka-cluster:ReadData']).toMatch(/:topic\/.*\/shop\.orders"/);
    expect(rights['kafka-cluster:AlterGroup']).toMatch(/:group\/.*\/connect-orders-sink"/);
    expect(rights['secretsmanager:GetSecretValue']).toMatch(new RegExp(`:secret:tailrace/${name}/mongodb-\\?{6}"`));
    expect(rights['sqs:SendMessage']).toContain('queuesdeadletters');
  });

  test('lets a sink list its own parked keys, and touch nothing else in the table', () => {
    const [statement, ...others] = statementsOf(template).filter(({ Action }) =>
      JSON.stringify(Action).includes('dynamodb'),
    );
    expect(others).toEqual([]);
    expect(statement).toMatchObject({
      Action: ['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query'].map((name) => `dynamodb:${name}`),
      Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['orders-sink'] } },
    });
    expect(JSON.stringify(statement?.Resource)).toContain('positionstable');
  });

  test('lets a sink read large values of its topic and its own dead letters, and store only those', () => {
    const rights = rightsOf(template, 'sinkhostrole');
    expect(rights['s3:GetObject']).toMatch(/\/dead-letters\/orders-sink\/\?{64}".*\/records\/shop\.orders\/\?{64}"/);
    expect(rights['s3:PutObject']).toMatch(/\/dead-letters\/orders-sink\/\?{64}"/);
    expect(rights['s3:PutObject']).not.toContain('records');
    // else S3 says of an object that is gone that access is denied, and its record would come again for ever
    expect(rights['s3:ListBucket']).not.toContain('*');
  });

  test('lets the replay function call the sinks of this environment, and no other function', () => {
    const rights = rightsOf(template, 'replayfunctionhostrole');
    expect(Object.keys(rights).sort()).toEqual([
      'lambda:InvokeFunction',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:ReceiveMessage',
    ]);
    expect(rights['lambda:InvokeFunction']).toContain('connectororderssinkhostfunction');
  });

  test('waits for a whole put before a replay counts as failed, and hides its message for longer than that', () => {
    const sinkTimeout = functionNamed(template, `tailrace-${name}-sink-orders-sink`).Timeout;
    const replayTimeout = functionNamed(template, `tailrace-${name}-replay`).Timeout;
    expect(replayTimeout).toBeGreaterThan(sinkTimeout);
    const [replay] = resourcesOf(state, 'AWS::SQS::Queue').filter(({ Properties }) => Properties.RedrivePolicy);
    expect(replay?.Properties.VisibilityTimeout).toBeGreaterThanOrEqual(replayTimeout);
  });

  test('reports each failed replay by itself', () => {
    const [replay] = resourcesOf(template, 'AWS::Lambda::EventSourceMapping').filter(
      ({ Properties }) => Properties.Topics === undefined,
    );
    expect(replay?.Properties).toMatchObject({ FunctionResponseTypes: ['ReportBatchItemFailures'], BatchSize: 1 });
  });
});

test('the rights to large values are for the keys that tasks and functions make', async () => {
  const keys: string[] = [];
  const put = async (_: string, key: string) => void keys.push(key);
  const store = storeValues('b', { put });
  await store('records', 'shop orders.x', Buffer.from('a'));
  await store('dead-letters', 'orders/sink', Buffer.from('a'));
  const patterns = [...recordsOf(['shop orders.x']), lettersOf('orders/sink')];
  for (const [place, pattern] of patterns.entries()) {
    expect(keys[place]).toMatch(new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('?', '.')}$`));
  }
});

test('asks for no more pollers than the topic has partitions', () => {
  const { topics } = cloudEnvironment('staging').settings;
  const { sink } = templatesOf(
    cloudEnvironment('staging', { topics: topics.map((topic) => ({ ...topic, partitions: 2 })) }),
  );
  expect(mappingsOf(sink)[0]?.Properties.ProvisionedPollerConfig).toEqual({
    MinimumPollers: 1,
    MaximumPollers: 2,
    PollerGroupName: 'tailrace-staging',
  });
});

test('waits for a full batch as long as the connector says', () => {
  const environment = cloudEnvironment('staging');
  const windowOf = (windowSeconds: number | undefined) =>
    mappingsOf(
      templatesOf({ ...environment, sinks: environment.sinks.map((sink) => ({ ...sink, windowSeconds })) }).sink,
    )[0]?.Properties.MaximumBatchingWindowInSeconds;
  expect(windowOf(3)).toBe(3);
  // a mapping that once had another window can't get this one back
  expect(windowOf(undefined)).toBeUndefined();
});

test('makes one mapping with a group of its own for each of several topics', () => {
  const environment = cloudEnvironment('staging');
  const { sink } = templatesOf({
    ...environment,
    sinks: environment.sinks.map((loaded) => ({
      ...loaded,
      startAt: 'latest' as const,
      subscriptions: ['shop.a', 'shop.b'].map((topic) => ({ topic, consumerGroup: `connect-orders-sink.${topic}` })),
    })),
  });
  expect(mappingsOf(sink).map(({ Properties }) => Properties)).toMatchObject([
    {
      Topics: ['shop.a'],
      AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'connect-orders-sink.shop.a' },
      StartingPosition: 'LATEST',
    },
    {
      Topics: ['shop.b'],
      AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'connect-orders-sink.shop.b' },
      StartingPosition: 'LATEST',
    },
  ]);
});
