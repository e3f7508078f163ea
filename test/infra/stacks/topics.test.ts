import { describe, expect, test } from 'vitest';
import { parseRequest } from '../../../functions/topics/request.ts';
import type { CloudSettings } from '../../../infra/environment-schema.ts';
import {
  appOf,
  cloudEnvironment,
  EXISTING_CLUSTER,
  onlyResource,
  resourcesOf,
  rightsOf,
  templatesOf,
} from './synthesised.ts';

const topic = (name: string, existing = false) => ({ name, partitions: 6, replicationFactor: 3, existing });
const kafkaOf = (settings: Partial<CloudSettings>) => templatesOf(cloudEnvironment('staging', settings)).kafka;

describe.each<[string, Partial<CloudSettings>]>([
  ['MSK Serverless, which has no topic resource', { kafka: { kind: 'serverless' } }],
  ['an existing cluster, whose kind nobody knows', { kafka: EXISTING_CLUSTER }],
])('on %s', (_, settings) => {
  const topics = [topic('shop.orders', true), topic('shop.items')];

  test('a function makes the topics that are not there yet', () => {
    const kafka = kafkaOf({ ...settings, topics });
    kafka.resourceCountIs('AWS::MSK::Topic', 0);
    const { Properties } = onlyResource(kafka, 'Custom::TailraceTopics');
    expect(parseRequest({ ...Properties, ClusterArn: 'arn' })).toEqual({
      clusterArn: 'arn',
      topics: [{ name: 'shop.items', partitions: 6, replicationFactor: 3, configs: { 'retention.ms': '259200000' } }],
    });
  });

  test('it may make and grow these topics, and delete, read or write none', () => {
    const rights = rightsOf(kafkaOf({ ...settings, topics }), 'madetopicshostrole');
    const { 'kafka-cluster:Connect': connect, ...others } = Object.fromEntries(
      Object.entries(rights).filter(([action]) => action.startsWith('kafka')),
    );
    expect(connect).not.toContain('*');
    expect(Object.keys(others).sort()).toEqual([
      'kafka-cluster:AlterTopic',
      'kafka-cluster:CreateTopic',
      'kafka-cluster:DescribeTopic',
      'kafka:GetBootstrapBrokers',
    ]);
    expect(rights['kafka-cluster:CreateTopic']).toMatch(/:topic\/.*\/shop\.items"/);
    expect(rights['kafka-cluster:CreateTopic']).not.toContain('shop.orders');
  });

  test('it gives up before CloudFormation does, and gets its rights before it is called', () => {
    const kafka = kafkaOf({ ...settings, topics });
    const [functionId] = Object.keys(kafka.findResources('AWS::Lambda::Function'));
    const host = onlyResource(kafka, 'AWS::Lambda::Function');
    const custom = onlyResource(kafka, 'Custom::TailraceTopics');
    expect(Number(custom.Properties.ServiceTimeout)).toBeGreaterThan(host.Properties.Timeout);
    expect(custom.Properties.ServiceToken).toEqual({ 'Fn::GetAtt': [functionId, 'Arn'] });
    expect(JSON.stringify(host.DependsOn)).toContain('DefaultPolicy');
  });
});

test('there is no function where every topic exists, and no stack where the cluster does too', () => {
  const topics = [topic('shop.orders', true)];
  kafkaOf({ kafka: { kind: 'serverless' }, topics }).resourceCountIs('AWS::Lambda::Function', 0);
  const { stacks } = appOf(cloudEnvironment('staging', { kafka: EXISTING_CLUSTER, topics }));
  expect(Object.keys(stacks)).not.toContain('kafka');
  expect(stacks.sink.dependencies.map(({ artifactId }) => artifactId)).not.toContain('kafka');
});

test('on brokers topics are resources, but for those that exist', () => {
  const kafka = kafkaOf({ topics: [topic('shop.orders', true), topic('shop.items')] });
  expect(resourcesOf(kafka, 'AWS::MSK::Topic').map(({ Properties }) => Properties)).toMatchObject([
    { TopicName: 'shop.items', PartitionCount: 6, ReplicationFactor: 3 },
  ]);
  kafka.resourceCountIs('Custom::TailraceTopics', 0);
});
