import { readFileSync } from 'node:fs';
import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseSettings } from '../../../functions/source/settings.ts';
import { CLOUD, cloudEnvironment, onlyResource, rightsOf, templatesOf } from './synthesised.ts';

describe.each(CLOUD)('the source stack of %s', (name) => {
  let template: Template;
  beforeAll(() => {
    template = templatesOf(cloudEnvironment(name)).source;
  });
  const service = () => onlyResource(template, 'AWS::ECS::Service').Properties;
  const task = () => onlyResource(template, 'AWS::ECS::TaskDefinition').Properties;
  const container = () => task().ContainerDefinitions[0];

  test('stops the old task before it starts the new one, and never runs two', () => {
    expect(service()).toMatchObject({
      DesiredCount: 1,
      DeploymentConfiguration: {
        MinimumHealthyPercent: 0,
        MaximumPercent: 100,
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      },
      AvailabilityZoneRebalancing: 'DISABLED',
    });
  });

  test('is named as the command line looks for it', () => {
    expect(service().ServiceName).toBe(`tailrace-${name}-source-orders-source`);
  });

  test('gives the task the variables that it reads, and values that it takes', () => {
    const variables = Object.fromEntries(
      (container().Environment as { Name: string; Value: unknown }[]).map(({ Name, Value }) => [
        Name,
        typeof Value === 'string' ? Value : 'a reference',
      ]),
    );
    expect(parseSettings(variables)).toMatchObject({
      TAILRACE_ENVIRONMENT: name,
      TAILRACE_CONNECTOR: 'orders-source',
      TAILRACE_TABLE: 'a reference',
      TAILRACE_DEAD_LETTER_QUEUE_URL: 'a reference',
      TAILRACE_CLAIM_CHECK_BUCKET: 'a reference',
      TAILRACE_HEALTH_PORT: 8080,
      TAILRACE_LEASE_MS: 10_000,
      TAILRACE_VCPUS: Number(task().Cpu) / 1024,
      MSK_CLUSTER_ARN: 'a reference',
      KAFKA_AUTH: 'iam',
    });
    const read = Object.keys(
      parseSettings({ ...variables, KAFKA_BOOTSTRAP_SERVERS: 'x', TAILRACE_CONNECTOR_FILE: 'x' }),
    );
    expect(read).toEqual(expect.arrayContaining(Object.keys(variables)));
  });

  test('has time to drain, and asks the task itself whether it is well', () => {
    expect(container().StopTimeout).toBe(120);
    expect(container().HealthCheck.Command.join(' ')).toContain('http://127.0.0.1:8080/healthz');
  });

  test('runs on ARM64, as nobody of importance, with a root file system that stays as it was reviewed', () => {
    expect(task().RuntimePlatform).toMatchObject({ CpuArchitecture: 'ARM64' });
    expect(container()).toMatchObject({ User: '1000:1000', ReadonlyRootFilesystem: true });
  });

  test('lets the task write its own topics and nothing else of Kafka', () => {
    const rights = rightsOf(template, 'sourcerole');
    expect(rights['kafka-cluster:WriteData']).toMatch(/:topic\/.*\/shop\.orders"/);
    expect(rights['kafka-cluster:AlterTransactionalId']).toMatch(/:transactional-id\/.*\/tailrace-orders-source"/);
    expect(
      Object.keys(rights)
        .filter((action) => action.startsWith('kafka'))
        .sort(),
    ).toEqual([
      'kafka-cluster:AlterTransactionalId',
      'kafka-cluster:Connect',
      'kafka-cluster:DescribeTopic',
      'kafka-cluster:DescribeTopicDynamicConfiguration',
      'kafka-cluster:DescribeTransactionalId',
      'kafka-cluster:WriteData',
      'kafka-cluster:WriteDataIdempotently',
      'kafka:GetBootstrapBrokers',
    ]);
  });

  test('lets the task move the position of its own connector only', () => {
    const policy = JSON.stringify(template.findResources('AWS::IAM::Policy'));
    expect(policy).toContain('"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["orders-source"]}');
    expect(
      Object.keys(rightsOf(template, 'sourcerole'))
        .filter((action) => action.startsWith('dynamodb'))
        .sort(),
    ).toEqual(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem']);
  });

  test('lets the task store large values of its topics and its own dead letters, and read none', () => {
    const rights = rightsOf(template, 'sourcerole');
    expect(rights['s3:PutObject']).toMatch(/\/records\/shop\.orders\/\?{64}"/);
    expect(rights['s3:PutObject']).toMatch(/\/dead-letters\/orders-source\/\?{64}"/);
    expect(Object.keys(rights).filter((action) => action.startsWith('s3'))).toEqual([
      's3:AbortMultipartUpload',
      's3:PutObject',
    ]);
  });

  test('lets the task read the one secret that its connector file names', () => {
    expect(rightsOf(template, 'sourcerole')['secretsmanager:GetSecretValue']).toMatch(
      new RegExp(`:secret:tailrace/${name}/mongodb-\\?{6}"`),
    );
  });
});

test('a source may create its topics where its file says so', () => {
  const environment = cloudEnvironment('staging');
  const creation = { 'topic.creation.default.partitions': 3, 'topic.creation.default.replication.factor': -1 };
  const sources = environment.sources.map((source) => ({
    ...source,
    properties: { ...source.properties, ...creation },
  }));
  const { source } = templatesOf({ ...environment, sources });
  expect(rightsOf(source, 'sourcerole')['kafka-cluster:CreateTopic']).toMatch(/:topic\/.*\/shop\.orders"/);
});

test('a source whose topics depend on the data may write the declared ones with its prefix', () => {
  const environment = cloudEnvironment('staging');
  const topics = ['app.a', 'app.b', 'other'].map((name) => ({
    name,
    partitions: 1,
    replicationFactor: 3,
    existing: false,
  }));
  const { source } = templatesOf({
    ...environment,
    settings: { ...environment.settings, topics: [...environment.settings.topics, ...topics] },
    sources: environment.sources.map((loaded) => ({ ...loaded, topics: [], properties: { 'topic.prefix': 'app' } })),
  });
  const writable = rightsOf(source, 'sourcerole')['kafka-cluster:WriteData'];
  expect(writable).toContain('/app.a"');
  expect(writable).toContain('/app.b"');
  expect(writable).not.toContain('/other"');
});

test('the image is files and a command: nothing runs while it is made, and nobody of importance runs in it', () => {
  const lines = readFileSync('functions/source/Dockerfile', 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines.map((line) => line.split(' ', 1)[0])).toEqual([
    ...['FROM', 'ENV', 'WORKDIR', 'COPY', 'USER', 'EXPOSE', 'CMD'],
  ]);
  expect(lines).toContain('USER 1000:1000');
  // the exec form: a shell would keep SIGTERM for itself
  expect(lines.at(-1)).toMatch(/^CMD \["node", .*"main\.mjs"\]$/);
});

test('a task that stopped for good stays: no restart, and a health check that asks the task', () => {
  const { source } = templatesOf(cloudEnvironment('prod'));
  const [container] = onlyResource(source, 'AWS::ECS::TaskDefinition').Properties.ContainerDefinitions;
  expect(container).not.toHaveProperty('RestartPolicy');
  expect(container.HealthCheck.Command[0]).toBe('CMD');
});
