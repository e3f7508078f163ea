import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CloudSettings } from '../../../infra/environment-schema.ts';
import { CLOUD, cloudEnvironment, resourcesOf, rightsOf, templatesOf } from './synthesised.ts';

/** Actions that AWS gives no resource to; each has an acknowledgement with its reason. */
const NO_RESOURCE = new Set([
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'ec2:DescribeVpcs',
  'ecr:GetAuthorizationToken',
]);

type Statement = { readonly Effect: string; readonly Action: string | string[]; readonly Resource: unknown };

const statementsIn = (templates: Record<string, Template>): Statement[] =>
  Object.values(templates).flatMap((template) => [
    ...resourcesOf(template, 'AWS::IAM::Policy').flatMap(({ Properties }) => Properties.PolicyDocument.Statement),
    ...resourcesOf(template, 'AWS::IAM::Role').flatMap(({ Properties }) =>
      (Properties.Policies ?? []).flatMap(
        // biome-ignore lint/suspicious/noExplicitAny: properties of a template
        ({ PolicyDocument }: any) => PolicyDocument.Statement as Statement[],
      ),
    ),
  ]);

const variants: [string, string, Partial<CloudSettings>][] = [
  ...CLOUD.map((name): [string, string, Partial<CloudSettings>] => [name, name, {}]),
  ['staging on MSK Serverless', 'staging', { kafka: { kind: 'serverless' } }],
];

describe.each(variants)('the roles of %s', (_, name, settings) => {
  let templates: Record<string, Template>;
  beforeAll(() => {
    templates = templatesOf(cloudEnvironment(name, settings));
  });

  test('name every action, and every resource that can be named', () => {
    const statements = statementsIn(templates);
    expect(statements.length).toBeGreaterThan(15);
    for (const { Action, Effect, Resource } of statements) {
      expect(Effect).toBe('Allow');
      const actions = [Action].flat();
      for (const action of actions) expect(action).not.toContain('*');
      for (const resource of [Resource].flat()) {
        if (resource === '*') expect(actions.filter((action) => !NO_RESOURCE.has(action))).toEqual([]);
        else expect(JSON.stringify(resource)).not.toContain('*');
      }
    }
  });

  test('have no managed policy, and are taken on by one service each', () => {
    const roles = Object.values(templates).flatMap((template) => resourcesOf(template, 'AWS::IAM::Role'));
    expect(roles.length).toBeGreaterThanOrEqual(4);
    for (const { Properties } of roles) {
      expect(Properties.ManagedPolicyArns).toBeUndefined();
      const trusted = Properties.AssumeRolePolicyDocument.Statement;
      expect(trusted).toHaveLength(1);
      expect(trusted[0].Action).toBe('sts:AssumeRole');
      expect(trusted[0].Principal.Service).toMatch(/^(lambda|ecs-tasks|vpc-flow-logs)\.amazonaws\.com$/);
    }
  });

  test('of a task have what an idempotent, fenced producer needs, on its own topics and id', () => {
    const rights = rightsOf(templates.source as Template, 'sourcerole');
    for (const action of ['kafka-cluster:WriteDataIdempotently', 'kafka-cluster:Connect']) {
      expect(rights[action]).not.toMatch(/topic|transactional/);
    }
    for (const action of ['kafka-cluster:DescribeTransactionalId', 'kafka-cluster:AlterTransactionalId']) {
      expect(rights[action]).toMatch(/:transactional-id\/.*\/tailrace-orders-source"/);
    }
    for (const action of ['kafka-cluster:WriteData', 'kafka-cluster:DescribeTopic']) {
      expect(rights[action]).toMatch(/:topic\/.*\/shop\.orders"/);
    }
  });
});
