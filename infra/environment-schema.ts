import * as z from 'zod';
import { SINK_POOL_SIZE } from '../functions/connectors/mongodb/client/mongo-client.ts';
import { kafka, network } from './network-and-kafka-schema.ts';

const described = <T extends z.ZodType>(type: T, description: string) => type.describe(description);

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
    maximum: described(
      z.int().min(1).max(2000),
      'Most pollers of a mapping, at most the partitions of each topic; absent: one per partition, and at most 5.',
    ).optional(),
  }),
]);

const errorControls = z.strictObject({
  partialBatchResponse: described(
    z.boolean(),
    'Whether the function says which records have to come again; absent: with provisioned pollers, which it needs.',
  ).optional(),
  bisectBatch: described(
    z.boolean(),
    'Whether a batch that crashes the function is halved to find the record; absent: with provisioned pollers, which it needs.',
  ).optional(),
});

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
  timeoutSeconds: described(
    z.int().min(10).max(840),
    'Seconds that one put may take: at least 15, and 10 more for each 1000 records of a batch.',
  ).default(60),
  batchSize: described(
    z.int().min(1).max(10_000),
    'Most records of one put, unless the connector file has consumer.override.max.poll.records.',
  ).default(500),
  windowSeconds: described(
    z.int().min(0).max(300),
    'Seconds to wait for a full batch; absent: half a second, which Lambda offers only until another value was set.',
  ).optional(),
  pollers: described(pollers, 'The readers of the topics.').default({ mode: 'on-demand' }),
  errorControls: described(errorControls, 'What event source mappings do about a batch that fails.').prefault({}),
});

const mongodb = z.strictObject({
  cidrs: described(
    z.array(z.cidrv4()).min(1),
    'Address ranges that tasks and functions may reach MongoDB at; Atlas over the internet has no fixed ones.',
  ).default(['0.0.0.0/0']),
  fromPort: described(z.int().min(1).max(65535), 'First port that tasks and functions may reach MongoDB at.').default(
    27017,
  ),
  toPort: described(z.int().min(1).max(65535), 'Last such port; Atlas over PrivateLink uses a range.').default(27017),
  connectionBudget: described(
    z.int().min(1),
    'Connections that all sinks together may open at one deployment of MongoDB. The smallest tiers of Atlas take 500.',
  ).default(500),
  hosts: described(
    z.int().min(1),
    'Members of the deployment, where connection.uri does not list them: SRV records and secrets.',
  ).default(3),
  maxPoolSize: described(
    z.int().min(1),
    'maxPoolSize of connection strings that are secrets as a whole, where they set another than ours.',
  ).default(SINK_POOL_SIZE),
});

const retention = z.strictObject({
  logDays: described(z.literal([1, 3, 5, 7, 14, 30, 60, 90, 180, 365]), 'Days that logs are kept.').default(30),
  topicHours: described(
    z.union([
      z
        .int()
        .min(1)
        .max(24 * 365),
      z.literal('unlimited'),
    ]),
    'Hours that topics keep records, or "unlimited". Topics that exist already must not keep theirs for longer: large values are deleted when nothing can refer to them any more.',
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
