import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import type { CloudEnvironment } from '../../../infra/environment.ts';
import type { CloudSettings, NetworkSettings } from '../../../infra/environment-schema.ts';
import {
  appOf,
  CLOUD,
  cloudEnvironment,
  EXISTING_CLUSTER,
  IMPORTED_VPC,
  networkOf,
  resourcesOf,
  templatesOf,
} from './synthesised.ts';

const ENDPOINTS: NetworkSettings = {
  kind: 'made',
  cidr: '10.0.0.0/16',
  availabilityZones: 3,
  egress: 'endpoints',
  natGateways: 1,
};

type Rule = { readonly group: string; readonly with: string; readonly ports: string };

/** Every rule of every security group, whichever way it stands in a template, with ids cut down to their group. */
function rulesOf(templates: readonly Template[]): { ingress: Rule[]; egress: Rule[] } {
  const rules = { ingress: [] as Rule[], egress: [] as Rule[] };
  const nameOf = (reference: unknown) =>
    /(task|sinkfunction|topicsfunction|kafka|endpointssecuritygroup|sg-[0-9a-f]+)/.exec(
      JSON.stringify(reference).toLowerCase(),
    )?.[1] ?? 'nobody';
  // biome-ignore lint/suspicious/noExplicitAny: properties of a template
  const note = (way: 'ingress' | 'egress', group: string, rule: any) => {
    const other = rule.CidrIp ?? nameOf(rule.SourceSecurityGroupId ?? rule.DestinationSecurityGroupId);
    rules[way].push({ group, with: other, ports: `${rule.IpProtocol} ${rule.FromPort}-${rule.ToPort}` });
  };
  for (const template of templates) {
    for (const [id, { Properties }] of Object.entries(template.findResources('AWS::EC2::SecurityGroup'))) {
      for (const rule of Properties.SecurityGroupIngress ?? []) note('ingress', nameOf(id), rule);
      for (const rule of Properties.SecurityGroupEgress ?? []) note('egress', nameOf(id), rule);
    }
    for (const { Properties } of resourcesOf(template, 'AWS::EC2::SecurityGroupIngress')) {
      note('ingress', nameOf(Properties.GroupId), Properties);
    }
    for (const { Properties } of resourcesOf(template, 'AWS::EC2::SecurityGroupEgress')) {
      note('egress', nameOf(Properties.GroupId), Properties);
    }
  }
  return rules;
}

const linesOf = (rules: readonly Rule[]): string[] =>
  rules
    // what CDK writes for a group that opens nothing
    .filter(({ with: other }) => other !== '255.255.255.255/32')
    .map(({ group, ports, with: other }) => `${group} ${other} ${ports}`)
    .sort();

const rulesIn = (templates: readonly Template[]) => {
  const { egress, ingress } = rulesOf(templates);
  return { ingress: linesOf(ingress), egress: linesOf(egress) };
};

const endpointsOf = (environment: CloudEnvironment): string[] =>
  resourcesOf(networkOf(environment), 'AWS::EC2::VPCEndpoint')
    .map(({ Properties }) => {
      const [, service] =
        /([a-z.0-9]+)"?\]*\}?$/.exec(JSON.stringify(Properties.ServiceName).replace(/"\]\]\}$/, '')) ?? [];
      return String(service).replace(/^\./, '');
    })
    .sort();

describe('a VPC that is made', () => {
  test('has the zones and the ways out that the file says, without a look into an account', () => {
    const network = networkOf(cloudEnvironment('prod'));
    network.resourceCountIs('AWS::EC2::NatGateway', 3);
    network.resourceCountIs('AWS::EC2::Subnet', 6);
    expect(endpointsOf(cloudEnvironment('prod'))).toEqual(['dynamodb', 's3']);
  });

  test('spreads over three zones, also where the account is known and where zones are named', () => {
    const account = { account: '111122223333', region: 'eu-west-1' };
    const zonesOf = (settings: Partial<CloudSettings>) =>
      new Set(
        resourcesOf(networkOf(cloudEnvironment('prod', settings)), 'AWS::EC2::Subnet').map(({ Properties }) =>
          JSON.stringify(Properties.AvailabilityZone),
        ),
      );
    expect(zonesOf(account).size).toBe(3);
    const named = { ...ENDPOINTS, availabilityZones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] };
    expect(zonesOf({ ...account, network: named })).toEqual(new Set(['"eu-west-1a"', '"eu-west-1b"', '"eu-west-1c"']));
  });

  test.each(CLOUD)('tells what went through it (%s)', (name) => {
    const network = networkOf(cloudEnvironment(name));
    network.hasResourceProperties('AWS::EC2::FlowLog', { ResourceType: 'VPC', TrafficType: 'ALL' });
  });

  test('without NAT gateways has an endpoint for each service that somebody calls, and for no other', () => {
    const environment = cloudEnvironment('staging', { network: ENDPOINTS });
    const network = networkOf(environment);
    network.resourceCountIs('AWS::EC2::NatGateway', 0);
    network.resourceCountIs('AWS::EC2::InternetGateway', 0);
    const usual = ['dynamodb', 'ecr.api', 'ecr.dkr', 'kafka', 'logs', 's3', 'secretsmanager', 'sqs'];
    expect(endpointsOf(environment)).toEqual(usual);
    // an on-demand mapping calls both from within the subnets of the cluster
    const onDemand = { ...environment.settings.sink, pollers: { mode: 'on-demand' as const } };
    expect(endpointsOf(cloudEnvironment('staging', { network: ENDPOINTS, sink: onDemand }))).toEqual(
      [...usual, 'lambda', 'sts'].sort(),
    );
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder as it stands in files
    const properties = { 'connection.uri': '${ssm:mongodb-uri}' };
    const sinks = environment.sinks.map((sink) => ({ ...sink, properties }));
    expect(endpointsOf({ ...environment, sources: [], sinks })).toEqual(['dynamodb', 's3', 'sqs', 'ssm']);
  });
});

describe('a VPC that is imported', () => {
  const environment = cloudEnvironment('staging', { network: IMPORTED_VPC, kafka: EXISTING_CLUSTER });

  test('is left as it is, and so is a cluster that exists', () => {
    const { network, sink } = templatesOf(environment);
    network.resourceCountIs('AWS::EC2::VPC', 0);
    network.resourceCountIs('AWS::EC2::VPCEndpoint', 0);
    const [mapping] = resourcesOf(sink, 'AWS::Lambda::EventSourceMapping').filter(
      ({ Properties }) => Properties.Topics,
    );
    expect(mapping?.Properties.EventSourceArn).toBe(EXISTING_CLUSTER.clusterArn);
  });

  test('gets endpoints where the file asks for them', () => {
    const network = { ...IMPORTED_VPC, egress: 'endpoints' as const };
    const withEndpoints = cloudEnvironment('staging', { network, kafka: EXISTING_CLUSTER });
    expect(endpointsOf(withEndpoints)).toEqual(
      expect.arrayContaining(['dynamodb', 's3', 'kafka', 'sqs', 'logs', 'ecr.api', 'ecr.dkr']),
    );
    const gateway = resourcesOf(networkOf(withEndpoints), 'AWS::EC2::VPCEndpoint').find(
      ({ Properties }) => Properties.VpcEndpointType === 'Gateway',
    );
    expect(gateway?.Properties.RouteTableIds).toEqual(IMPORTED_VPC.privateSubnetRouteTableIds);
  });
});

describe('security groups open what is used and nothing else', () => {
  const usual = {
    ingress: ['kafka kafka tcp 9098-9098', 'kafka task tcp 9098-9098'],
    egress: [
      'kafka kafka tcp 9098-9098',
      'sinkfunction 0.0.0.0/0 tcp 27017-27017',
      'sinkfunction 0.0.0.0/0 tcp 443-443',
      'task 0.0.0.0/0 tcp 27017-27017',
      'task 0.0.0.0/0 tcp 443-443',
      'task kafka tcp 9098-9098',
    ],
  };
  /** Mappings on demand call Lambda from within the group of the brokers. */
  const onDemand = { ...usual, egress: [...usual.egress, 'kafka 0.0.0.0/0 tcp 443-443'].sort() };

  test.each<[string, CloudEnvironment, { ingress: string[]; egress: string[] }]>([
    ['dev', cloudEnvironment('dev'), onDemand],
    [
      'MongoDB behind a private link',
      cloudEnvironment('prod', {
        mongodb: {
          ...cloudEnvironment('prod').settings.mongodb,
          cidrs: ['10.1.0.0/28'],
          fromPort: 1024,
          toPort: 65535,
        },
      }),
      {
        ...usual,
        egress: usual.egress
          .map((rule) => rule.replace('0.0.0.0/0 tcp 27017-27017', '10.1.0.0/28 tcp 1024-65535'))
          .sort(),
      },
    ],
    [
      'endpoints in place of NAT gateways',
      cloudEnvironment('prod', { network: ENDPOINTS }),
      {
        ...usual,
        ingress: [
          'endpointssecuritygroup sinkfunction tcp 443-443',
          'endpointssecuritygroup task tcp 443-443',
          ...usual.ingress,
        ],
      },
    ],
    [
      'a function that makes topics',
      cloudEnvironment('prod', { kafka: { kind: 'serverless' } }),
      {
        ingress: [...usual.ingress, 'kafka topicsfunction tcp 9098-9098'],
        egress: [...usual.egress, 'topicsfunction 0.0.0.0/0 tcp 443-443', 'topicsfunction kafka tcp 9098-9098'],
      },
    ],
    [
      'a cluster that exists',
      cloudEnvironment('staging', { network: IMPORTED_VPC, kafka: EXISTING_CLUSTER }),
      {
        ingress: ['sg', 'task', 'topicsfunction'].map(
          (from) =>
            `${EXISTING_CLUSTER.securityGroupId} ${from === 'sg' ? EXISTING_CLUSTER.securityGroupId : from} tcp 9098-9098`,
        ),
        egress: [
          ...usual.egress.filter((rule) => !rule.includes('kafka')),
          `task ${EXISTING_CLUSTER.securityGroupId} tcp 9098-9098`,
          'topicsfunction 0.0.0.0/0 tcp 443-443',
          `topicsfunction ${EXISTING_CLUSTER.securityGroupId} tcp 9098-9098`,
        ],
      },
    ],
    [
      'sources alone',
      { ...cloudEnvironment('prod'), sinks: [] },
      { ingress: ['kafka task tcp 9098-9098'], egress: usual.egress.filter((rule) => rule.startsWith('task')) },
    ],
    [
      'sinks alone',
      { ...cloudEnvironment('prod'), sources: [] },
      { ingress: ['kafka kafka tcp 9098-9098'], egress: usual.egress.filter((rule) => !rule.startsWith('task')) },
    ],
  ])('in %s', (_, environment, expected) => {
    expect(rulesIn([networkOf(environment)])).toEqual(expected);
  });
});

test('no stack but the network has a rule of a security group', () => {
  const { network: _, ...others } = templatesOf(cloudEnvironment('prod', { kafka: { kind: 'serverless' } }));
  expect(rulesIn(Object.values(others))).toEqual({ ingress: [], egress: [] });
});

test('stacks that hold topics are there before those that read and write them', () => {
  const { stacks } = appOf(cloudEnvironment('staging'));
  for (const user of ['source', 'sink'] as const) {
    expect(stacks[user].dependencies.map(({ artifactId }) => artifactId)).toContain('kafka');
  }
});
