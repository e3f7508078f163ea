import * as z from 'zod';

const described = <T extends z.ZodType>(type: T, description: string) => type.describe(description);

const network = z.discriminatedUnion('kind', [
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
      'Private subnets for tasks, functions and brokers; from them AWS and MongoDB must be reachable.',
    ),
    privateSubnetRouteTableIds: described(
      z.array(z.string().regex(/^rtb-[0-9a-f]{8,17}$/, 'Expected an id such as rtb-0123456789abcdef0')).min(2),
      'Route tables of those subnets, in the same order.',
    ),
  }),
]);

const instanceType = (family: 'kafka' | 'express') =>
  z.string().regex(new RegExp(`^${family}\\.`), `Expected an instance type such as ${family}.m7g.large`);

const kafka = z.discriminatedUnion('kind', [
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
      'MSK Serverless: no brokers to size. It has no topic resource: source connectors create theirs by topic.creation.*.',
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
      'Security group of the brokers: access for tasks and event source mappings is added to it.',
    ),
  }),
]);

const topic = z.strictObject({
  name: described(
    z.string().regex(/^[A-Za-z0-9._-]{1,249}$/, 'Expected 1 to 249 letters, digits, dots, underscores and dashes'),
    'Name of the topic.',
  ),
  partitions: described(z.int().min(1), 'Partitions. More later re-maps keys to partitions, fewer is impossible.'),
  replicationFactor: described(z.int().min(1).max(3), 'Copies of each partition; never changed later.').default(3),
  existing: described(z.boolean(), 'The topic is there already: it is only named here, not made.').default(false),
});

const pollers = z.discriminatedUnion('mode', [
  z.strictObject({
    mode: described(z.literal('on-demand'), 'Costs nothing when idle; one unsettled record repeats its whole batch.'),
  }),
  z.strictObject({
    mode: described(z.literal('provisioned'), 'Always there: partial batch responses, bisecting, low latency.'),
    minimum: described(z.int().min(1).max(200), 'Fewest pollers of a mapping.').default(1),
    maximum: described(z.int().min(1).max(2000), 'Most pollers of a mapping; never more than partitions.').default(5),
  }),
]);

const source = z.strictObject({
  cpu: described(z.literal([256, 512, 1024, 2048, 4096]), 'CPU units of a source task; 1024 is one vCPU.').default(512),
  memoryMiB: described(
    z.int().min(512).max(30720),
    'Memory of a source task in MiB, as Fargate allows for its CPU.',
  ).default(1024),
  leaseMs: described(
    z.int().min(3000),
    'Milliseconds after which another task may take over from a silent one.',
  ).default(10_000),
});

const sink = z.strictObject({
  memoryMiB: described(z.int().min(128).max(10240), 'Memory of a sink function in MiB.').default(512),
  timeoutSeconds: described(z.int().min(10).max(840), 'Seconds that one put may take.').default(60),
  batchSize: described(
    z.int().min(1).max(10_000),
    'Most records of one put, unless the connector file has consumer.override.max.poll.records.',
  ).default(500),
  windowSeconds: described(
    z.int().min(0).max(300),
    'Seconds to wait for a full batch; absent: half a second, which Lambda offers only until another value was set.',
  ).optional(),
  pollers: described(pollers, 'The readers of the topics.').default({ mode: 'on-demand' }),
});

const mongodb = z.strictObject({
  fromPort: described(z.int().min(1).max(65535), 'First port that tasks and functions may reach MongoDB at.').default(
    27017,
  ),
  toPort: described(z.int().min(1).max(65535), 'Last such port; Atlas over PrivateLink uses a range.').default(27017),
});

const retention = z.strictObject({
  logDays: described(z.literal([1, 3, 5, 7, 14, 30, 60, 90, 180, 365]), 'Days that logs are kept.').default(30),
  topicHours: described(
    z
      .int()
      .min(1)
      .max(24 * 365),
    'Hours that topics keep records where the cluster is made here.',
  ).default(168),
});

/** CloudWatch looks back over a day at most where its periods are shorter than an hour. */
const DAY_MINUTES = 24 * 60;

const alarms = z.strictObject({
  email: described(z.email(), 'Address that alarms are mailed to; it has to confirm once.').optional(),
  sourceLagSeconds: described(z.int().min(1), 'Lag of a source above which an alarm fires.').default(300),
  sourceHeadroomSeconds: described(
    z.int().min(1),
    'Time until the oplog no longer reaches back to the position of a source, below which an alarm fires.',
  ).default(3600),
  sourceSilentMinutes: described(
    z.int().min(1).max(DAY_MINUTES),
    'Minutes without a batch, not even an empty one, after which a source counts as silent.',
  ).default(5),
  sourceTokenAgeSeconds: described(
    z.int().min(1),
    'Age of the stored position of a source above which an alarm fires.',
  ).default(600),
  sinkLagRecords: described(z.int().min(1), 'Unread records of a partition above which an alarm fires.').default(
    10_000,
  ),
  sinkRetryMinutes: described(
    z.int().min(5).max(DAY_MINUTES).multipleOf(5),
    'Minutes in a row, a multiple of five, in which a function fails or records come again, after which an alarm fires.',
  ).default(15),
  sinkStandstillMinutes: described(
    z.int().min(5).max(DAY_MINUTES).multipleOf(5),
    'Minutes in a row, a multiple of five, in which records wait and none is read, after which an alarm fires.',
  ).default(15),
  deadLetters: described(z.int().min(1), 'Dead letters that wait, from which an alarm fires.').default(1),
  expiryPercent: described(
    z.int().min(1).max(99),
    'Share of a retention, of topics and of dead letters, after which an alarm says that what waits will be deleted.',
  ).default(75),
});

/** The document `environment.json`: what one environment is made of, apart from its connectors. */
export const environmentSchema = z.strictObject({
  $schema: described(z.string(), 'Where an editor finds the schema of this file.').optional(),
  account: described(
    z.string().regex(/^\d{12}$/, 'Expected the 12 digits of an account, as a text'),
    'AWS account; absent: the one of the credentials at deployment.',
  ).optional(),
  region: described(
    z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'Expected a region such as eu-west-1'),
    'AWS region; absent: the one of the credentials.',
  ).optional(),
  network: described(network, 'Where everything runs; required outside of local.').optional(),
  kafka: described(kafka, 'The MSK cluster; required outside of local.').optional(),
  topics: described(z.array(topic), 'Topics that sources write and sinks read.').default([]),
  mongodb: described(mongodb, 'How MongoDB is reached.').prefault({}),
  source: described(source, 'Source tasks.').prefault({}),
  sink: described(sink, 'Sink functions.').prefault({}),
  retention: described(retention, 'How long things are kept.').prefault({}),
  alarms: described(alarms, 'When somebody is told, and who.').prefault({}),
  deletionProtection: described(
    z.boolean(),
    'Whether the position table and the stacks that hold data refuse to be deleted.',
  ).default(true),
  tags: described(z.record(z.string().min(1), z.string()), 'Tags of every resource.').default({}),
});

export type EnvironmentSettings = z.output<typeof environmentSchema>;
export type NetworkSettings = NonNullable<EnvironmentSettings['network']>;
export type KafkaSettings = NonNullable<EnvironmentSettings['kafka']>;
export type TopicSettings = EnvironmentSettings['topics'][number];

/** What stacks are made from: with a network and a cluster. */
export type CloudSettings = EnvironmentSettings & { readonly network: NetworkSettings; readonly kafka: KafkaSettings };

/** The JSON Schema of `environment.json`, for editors and the documentation. */
export const environmentJsonSchema = (): Record<string, unknown> => ({
  title: 'Tailrace environment',
  ...z.toJSONSchema(environmentSchema, { io: 'input', target: 'draft-07' }),
});
