import { FlowLogDestination, IpAddresses, type ISubnet, type IVpc, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { EnvironmentSettings, NetworkSettings } from '../environment-schema.ts';
import { GATEWAY_ENDPOINTS } from './endpoints.ts';
import { logGroupOf } from './logs.ts';

export type PrivateNetwork = { readonly vpc: IVpc; readonly subnets: readonly ISubnet[] };

type Made = Extract<NetworkSettings, { kind: 'made' }>;
type Imported = Extract<NetworkSettings, { kind: 'imported' }>;

/** A VPC whose private subnets hold tasks, functions and brokers; S3 and DynamoDB are reached through free endpoints. */
export function madeVpc(scope: Construct, id: string, settings: EnvironmentSettings, network: Made): PrivateNetwork {
  const throughNat = network.egress === 'nat';
  const privateType = throughNat ? SubnetType.PRIVATE_WITH_EGRESS : SubnetType.PRIVATE_ISOLATED;
  const vpc = new Vpc(scope, id, {
    ipAddresses: IpAddresses.cidr(network.cidr),
    maxAzs: 3,
    natGateways: throughNat ? network.natGateways : 0,
    // the flag that would close it adds a function with wide rights; nothing here uses the default group
    restrictDefaultSecurityGroup: false,
    subnetConfiguration: [
      { name: 'private', subnetType: privateType, cidrMask: 20 },
      ...(throughNat
        ? [{ name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false }]
        : []),
    ],
    flowLogs: { all: { destination: FlowLogDestination.toCloudWatchLogs(logGroupOf(scope, 'flow-logs', settings)) } },
    gatewayEndpoints: GATEWAY_ENDPOINTS,
  });
  return { vpc, subnets: vpc.selectSubnets({ subnetType: privateType }).subnets };
}

/** A VPC that somebody else made; nothing is looked up, so no credentials are needed. */
export function importedVpc(scope: Construct, id: string, network: Imported): PrivateNetwork {
  const { availabilityZones, privateSubnetIds, privateSubnetRouteTableIds, vpcId } = network;
  const vpc = Vpc.fromVpcAttributes(scope, id, {
    vpcId,
    availabilityZones,
    privateSubnetIds,
    privateSubnetRouteTableIds,
  });
  return { vpc, subnets: vpc.privateSubnets };
}
