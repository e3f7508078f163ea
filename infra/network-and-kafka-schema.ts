import * as z from 'zod';

const described = <T extends z.ZodType>(type: T, description: string) => type.describe(description);

/** `network` of environment.json. */
export const network = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: described(z.literal('made'), 'A VPC of its own.'),
    cidr: described(z.cidrv4(), 'Address range of the VPC.').default('10.42.0.0/16'),
    availabilityZones: described(
      z.union([z.int().min(2).max(3), z.array(z.string().min(1)).min(2).max(3)]),
      'How many availability zones, or their names; MSK Express needs three.',
    ).default(3),
    egress: described(
      z.enum(['nat', 'endpoints']),
      'How private subnets reach AWS: NAT gateways (needed for MongoDB over the internet), or interface endpoints.',
    ).default('nat'),
    natGateways: described(
      z.int().min(1).max(3),
      'NAT gateways where egress is nat: one is cheapest, one per zone survives the loss of a zone.',
    ).default(1),
  }),
  z.strictObject({
    kind: described(z.literal('imported'), 'A VPC that is there already.'),
    vpcId: described(
      z.string().regex(/^vpc-[0-9a-f]{8,17}$/, 'Expected an id such as vpc-0123456789abcdef0'),
      'Id of the VPC.',
    ),
    availabilityZones: described(
      z.array(z.string().min(1)).min(2),
      'Availability zones of the private subnets, in their order.',
    ),
    privateSubnetIds: described(
      z.array(z.string().regex(/^subnet-[0-9a-f]{8,17}$/, 'Expected an id such as subnet-0123456789abcdef0')).min(2),
      'Private subnets for tasks, functions and brokers; from them MongoDB must be reachable.',
    ),
    privateSubnetRouteTableIds: described(
      z.array(z.string().regex(/^rtb-[0-9a-f]{8,17}$/, 'Expected an id such as rtb-0123456789abcdef0')).min(2),
      'Route tables of those subnets, in the same order.',
    ),
    egress: described(
      z.enum(['existing', 'endpoints']),
      'How they reach AWS: as they do already, or by endpoints that are made here.',
    ).default('existing'),
  }),
]);

const instanceType = (family: 'kafka' | 'express') =>
  z.string().regex(new RegExp(`^${family}\\.`), `Expected an instance type such as ${family}.m7g.large`);

/** `kafka` of environment.json. */
export const kafka = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: described(z.literal('express'), 'MSK Express brokers: no volumes to size, three availability zones.'),
    instanceType: described(instanceType('express'), 'Instance type of the brokers.').default('express.m7g.large'),
    brokers: described(z.int().min(3).multipleOf(3), 'Number of brokers, a multiple of three.').default(3),
    version: described(z.string().min(1), 'Version of Apache Kafka as MSK spells it.').default('3.8.x'),
  }),
  z.strictObject({
    kind: described(z.literal('standard'), 'MSK Standard brokers.'),
    instanceType: described(instanceType('kafka'), 'Instance type of the brokers.').default('kafka.m7g.large'),
    brokers: described(z.int().min(2), 'Number of brokers, a multiple of the number of zones.').default(3),
    version: described(z.string().min(1), 'Version of Apache Kafka as MSK spells it.').default('3.9.x.kraft'),
    volumeGiB: described(z.int().min(1).max(16384), 'Volume of each broker in GiB.').default(100),
  }),
  z.strictObject({
    kind: described(
      z.literal('serverless'),
      'MSK Serverless: no brokers to size. It has no topic resource: a function of the deployment makes the topics.',
    ),
  }),
  z.strictObject({
    kind: described(z.literal('existing'), 'A cluster that is there already, with IAM authentication.'),
    clusterArn: described(
      z
        .string()
        .regex(/^arn:[a-z-]+:kafka:[a-z0-9-]+:\d{12}:cluster\/[^/]+\/[^/]+$/, 'Expected the ARN of an MSK cluster'),
      'ARN of the cluster.',
    ),
    securityGroupId: described(
      z.string().regex(/^sg-[0-9a-f]{8,17}$/, 'Expected an id such as sg-0123456789abcdef0'),
      'Security group of the brokers: access for tasks, event source mappings and the function that makes topics is added to it.',
    ),
  }),
]);
