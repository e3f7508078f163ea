import { describe, expect, test } from 'vitest';
import { cloudEnvironment, resourcesOf, templatesOf } from './synthesised.ts';

describe('the network', () => {
  test('has the zones and the ways out that the file says, without a look into an account', () => {
    const { network } = templatesOf(cloudEnvironment('prod'));
    network.resourceCountIs('AWS::EC2::NatGateway', 3);
    network.resourceCountIs('AWS::EC2::Subnet', 6);
    expect(resourcesOf(network, 'AWS::EC2::VPCEndpoint').map(({ Properties }) => Properties.VpcEndpointType)).toEqual([
      'Gateway',
      'Gateway',
    ]);
  });

  test('reaches AWS through endpoints alone where the file wants no NAT gateway', () => {
    const { network } = templatesOf(
      cloudEnvironment('staging', {
        network: { kind: 'made', cidr: '10.0.0.0/16', availabilityZones: 3, egress: 'endpoints', natGateways: 1 },
      }),
    );
    network.resourceCountIs('AWS::EC2::NatGateway', 0);
    network.resourceCountIs('AWS::EC2::InternetGateway', 0);
    const endpoints = resourcesOf(network, 'AWS::EC2::VPCEndpoint').map(({ Properties }) =>
      JSON.stringify(Properties.ServiceName),
    );
    // an on-demand mapping needs both from within the subnets of the cluster
    for (const service of ['lambda', 'sts', 'sqs', 'secretsmanager', 'kafka', 's3', 'dynamodb']) {
      expect(endpoints.some((name) => name.includes(`.${service}"`) || name.includes(service))).toBe(true);
    }
  });

  test('imports a VPC and a cluster by their ids', () => {
    const { network, sink } = templatesOf(
      cloudEnvironment('staging', {
        network: {
          kind: 'imported',
          vpcId: 'vpc-0123456789abcdef0',
          availabilityZones: ['eu-west-1a', 'eu-west-1b'],
          privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
          privateSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1'],
        },
        kafka: {
          kind: 'existing',
          clusterArn: 'arn:aws:kafka:eu-west-1:111122223333:cluster/shared/0a1b2c3d-1',
          securityGroupId: 'sg-0123456789abcdef0',
        },
      }),
    );
    network.resourceCountIs('AWS::EC2::VPC', 0);
    const [mapping] = resourcesOf(sink, 'AWS::Lambda::EventSourceMapping').filter(
      ({ Properties }) => Properties.Topics,
    );
    expect(mapping?.Properties.EventSourceArn).toBe('arn:aws:kafka:eu-west-1:111122223333:cluster/shared/0a1b2c3d-1');
    expect(resourcesOf(network, 'AWS::EC2::SecurityGroupIngress').map(({ Properties }) => Properties.GroupId)).toEqual([
      'sg-0123456789abcdef0',
      'sg-0123456789abcdef0',
    ]);
  });

  test('opens to brokers the one port of IAM, to tasks and to event source mappings only', () => {
    const { network } = templatesOf(cloudEnvironment('prod'));
    const ingress = resourcesOf(network, 'AWS::EC2::SecurityGroupIngress').map(({ Properties }) => Properties);
    expect(ingress.map(({ FromPort, ToPort }) => [FromPort, ToPort])).toEqual([
      [9098, 9098],
      [9098, 9098],
    ]);
    for (const group of resourcesOf(network, 'AWS::EC2::SecurityGroup')) {
      expect(group.Properties).not.toHaveProperty('SecurityGroupIngress');
    }
  });
});
