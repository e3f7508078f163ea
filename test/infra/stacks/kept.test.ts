import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Stacks } from '../../../infra/stacks/all-stacks.ts';
import {
  appOf,
  CLOUD,
  cloudEnvironment,
  onlyResource,
  type Resource,
  resourcesOf,
  templatesOf,
} from './synthesised.ts';

describe.each(CLOUD)('what outlives the stacks of %s', (name) => {
  let templates: Record<keyof Stacks, Template>;
  beforeAll(() => {
    templates = templatesOf(cloudEnvironment(name));
  });

  test('the position table is retained and can be put back to any moment', () => {
    const table = onlyResource(templates.state, 'AWS::DynamoDB::GlobalTable');
    expect(table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(table.Properties).toMatchObject({
      TableName: `tailrace-${name}`,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'connector', KeyType: 'HASH' },
        { AttributeName: 'item', KeyType: 'RANGE' },
      ],
      Replicas: [
        {
          DeletionProtectionEnabled: name === 'prod',
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        },
      ],
    });
  });

  test('the dead letter queue is the one of the replay queue, which makes it redrivable; both are retained', () => {
    const queues = templates.state.findResources('AWS::SQS::Queue');
    const [deadLetters, replay] = ['dead-letters', 'replay'].map((queue) => {
      const found = Object.entries(queues).find(
        ([, { Properties }]) => Properties.QueueName === `tailrace-${name}-${queue}`,
      );
      if (!found) throw new Error(`No queue ${queue}`);
      return { id: found[0], resource: found[1] };
    });
    expect(replay?.resource.Properties.RedrivePolicy.deadLetterTargetArn).toEqual({
      'Fn::GetAtt': [deadLetters?.id, 'Arn'],
    });
    for (const queue of [deadLetters, replay]) {
      expect(queue?.resource).toMatchObject({
        DeletionPolicy: 'Retain',
        Properties: { MessageRetentionPeriod: 14 * 86_400 },
      });
    }
  });

  test('the bucket of large values takes TLS only, is shut to the public and encrypted', () => {
    expect(onlyResource(templates.state, 'AWS::S3::Bucket').Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
    expect(onlyResource(templates.state, 'AWS::S3::BucketPolicy').Properties.PolicyDocument.Statement).toMatchObject([
      {
        Effect: 'Deny',
        Action: 's3:*',
        Principal: { AWS: '*' },
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ]);
  });

  test('the queues take TLS only and are encrypted', () => {
    for (const queue of resourcesOf(templates.state, 'AWS::SQS::Queue')) {
      expect(queue.Properties.SqsManagedSseEnabled).toBe(true);
    }
    for (const policy of resourcesOf(templates.state, 'AWS::SQS::QueuePolicy')) {
      expect(policy.Properties.PolicyDocument.Statement).toMatchObject([
        { Effect: 'Deny', Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      ]);
    }
    templates.state.resourceCountIs('AWS::SQS::QueuePolicy', 2);
  });

  test('large values are retained, and kept longer than anything can refer to them', () => {
    const { topicHours } = cloudEnvironment(name).settings.retention;
    const bucket = onlyResource(templates.state, 'AWS::S3::Bucket');
    expect(bucket.DeletionPolicy).toBe('Retain');
    expect(expirationsOf(bucket)).toEqual([Number(topicHours) / 24 + 14 + 1]);
  });

  test('topics are retained, and the cluster where deletion is protected', () => {
    const topics = resourcesOf(templates.kafka, 'AWS::MSK::Topic');
    expect(topics).toHaveLength(1);
    expect(topics[0]).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    const expected = name === 'prod' ? 'Retain' : 'Delete';
    for (const type of ['AWS::MSK::Cluster', 'AWS::MSK::Configuration']) {
      expect(onlyResource(templates.kafka, type)).toMatchObject({
        DeletionPolicy: expected,
        UpdateReplacePolicy: expected,
      });
    }
  });

  test('the brokers take IAM and TLS only, make no topics by themselves, and keep records as long as the file says', () => {
    const { topicHours } = cloudEnvironment(name).settings.retention;
    expect(onlyResource(templates.kafka, 'AWS::MSK::Cluster').Properties).toMatchObject({
      ClientAuthentication: { Sasl: { Iam: { Enabled: true } }, Unauthenticated: { Enabled: false } },
      EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS', InCluster: true } },
    });
    const properties = onlyResource(templates.kafka, 'AWS::MSK::Configuration').Properties.ServerProperties.split('\n');
    expect(properties).toEqual(
      expect.arrayContaining(['auto.create.topics.enable=false', `log.retention.ms=${Number(topicHours) * 3_600_000}`]),
    );
  });

  test('every log ends some day', () => {
    const groups = Object.values(templates).flatMap((template) => resourcesOf(template, 'AWS::Logs::LogGroup'));
    expect(groups.length).toBeGreaterThanOrEqual(5);
    for (const group of groups) {
      expect(group.Properties.RetentionInDays).toBe(cloudEnvironment(name).settings.retention.logDays);
      expect(group.DeletionPolicy).toBe(name === 'prod' ? 'Retain' : 'Delete');
    }
  });

  test('no template holds a secret', () => {
    for (const template of Object.values(templates)) {
      expect(JSON.stringify(template.toJSON())).not.toMatch(/mongodb(\+srv)?:\/\/|password/i);
    }
  });
});

test('the stacks that hold data refuse to be deleted in prod', () => {
  const { stacks } = appOf(cloudEnvironment('prod'));
  const isProtected = Object.entries(stacks).filter(([, stack]) => stack.terminationProtection);
  expect(isProtected.map(([name]) => name)).toEqual(['kafka', 'state']);
});

test('where topics keep their records for ever, so does the bucket: only unfinished uploads go', () => {
  const { kafka, state } = templatesOf(
    cloudEnvironment('prod', { retention: { logDays: 90, topicHours: 'unlimited' } }),
  );
  expect(expirationsOf(onlyResource(state, 'AWS::S3::Bucket'))).toEqual([]);
  expect(onlyResource(kafka, 'AWS::MSK::Configuration').Properties.ServerProperties).toContain('log.retention.ms=-1');
});

const expirationsOf = (bucket: Resource): number[] =>
  (bucket.Properties.LifecycleConfiguration.Rules as { ExpirationInDays?: number }[]).flatMap(
    ({ ExpirationInDays }) => ExpirationInDays ?? [],
  );

test('a cluster of MSK Serverless takes IAM alone', () => {
  const { kafka } = templatesOf(cloudEnvironment('prod', { kafka: { kind: 'serverless' } }));
  expect(onlyResource(kafka, 'AWS::MSK::ServerlessCluster')).toMatchObject({
    DeletionPolicy: 'Retain',
    Properties: { ClientAuthentication: { Sasl: { Iam: { Enabled: true } } } },
  });
});
