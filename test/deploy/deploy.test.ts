import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
import { GetBucketPolicyCommand, GetPublicAccessBlockCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectFolder } from '../../infra/local/folders.ts';
import { openRun, type Run } from '../../infra/local/processes.ts';
import { namesOf } from '../../infra/names.ts';
import { askEcs, deployedWith } from './cloudformation.ts';
import { leaveOut } from './leave-out.ts';
import { type Ministack, startMinistack } from './ministack.ts';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const CLUSTER_ARN = `arn:aws:kafka:${REGION}:${ACCOUNT}:cluster/shared/0a1b2c3d-4e5f-6a7b-8c9d-0e1f2a3b4c5d-1`;
const names = namesOf('probe');

/** What this version of MiniStack refuses, or can't do without brokers; docs/decisions/deploy-test.md has the reasons. */
const LEFT_OUT = (
  process.env.TAILRACE_DEPLOY_LEAVE_OUT ??
  'AWS::CloudWatch::Alarm#Metrics,AWS::EC2::SecurityGroupEgress,AWS::EC2::SecurityGroupIngress,Custom::TailraceTopics'
).split(',');

let run: Run;
let ministack: Ministack;
let assembly: string;
let leftOut: string[];

/** Runs the CDK command line as a person would; nothing of the person's own AWS settings reaches it. */
async function cdk(step: string, ...args: string[]): Promise<void> {
  const command = join(projectFolder, 'node_modules/.bin/cdk');
  const process = run.start(step, command, [...args, '--ci'], { cwd: projectFolder, env: ministack.env });
  const how = await process.exited;
  if (how !== 0)
    throw new Error(`cdk ${step} ended with ${how}:\n${readFileSync(process.logFile, 'utf8').slice(-5000)}`);
}

/** However the text was written. */
const TLS_ONLY = /"aws:SecureTransport":\s*"false"/;

const deployed = (stack: string, type: string) => deployedWith(ministack, `tailrace-probe-${stack}`, type);

const client = () => ({
  endpoint: ministack.endpoint,
  region: REGION,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

beforeAll(async () => {
  // outside of the project, whose package.json would make ES modules of MiniStack's own scripts
  run = await openRun(join(tmpdir(), 'tailrace-deploy'));
  ministack = await startMinistack(run, { account: ACCOUNT, region: REGION });
  assembly = join(run.folder, 'assembly');
  await cdk('synth', 'synth', '-c', 'env=probe', '-c', 'environments=test/deploy/environments', '-o', assembly, '-q');
  leftOut = leaveOut(assembly, LEFT_OUT);
  process.stderr.write(`left out  ${leftOut.join(', ')}\n`);
  await cdk('bootstrap', 'bootstrap', `aws://${ACCOUNT}/${REGION}`, '--app', assembly);
  await cdk('deploy', 'deploy', '--all', '--require-approval', 'never', '--app', assembly);
});
afterAll(async () => run?.[Symbol.asyncDispose]());

test('nothing more than what is known is left out', () => {
  expect(leftOut).toEqual([...LEFT_OUT].sort());
});

test('the table has the keys, the backups and the protection that positions need', async () => {
  const dynamodb = new DynamoDBClient(client());
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: names.table }));
  expect(Table).toMatchObject({
    KeySchema: [
      { AttributeName: 'connector', KeyType: 'HASH' },
      { AttributeName: 'item', KeyType: 'RANGE' },
    ],
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
  });
  // MiniStack makes the table and forgets what belongs to its replica
  expect(await deployed('state', 'AWS::DynamoDB::GlobalTable')).toMatchObject([
    {
      Replicas: [
        {
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        },
      ],
    },
  ]);
});

test('the dead letter queue is the one of the replay queue, keeps fourteen days, is encrypted and takes TLS only', async () => {
  const sqs = new SQSClient(client());
  const attributesOf = async (QueueName: string) => {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    return Attributes ?? {};
  };
  const [deadLetters, replay] = [await attributesOf(names.deadLetterQueue), await attributesOf(names.replayQueue)];
  for (const queue of [deadLetters, replay]) {
    expect(queue).toMatchObject({ MessageRetentionPeriod: String(14 * 86_400), SqsManagedSseEnabled: 'true' });
    expect(queue.Policy).toMatch(TLS_ONLY);
  }
  expect(JSON.parse(replay.RedrivePolicy ?? '{}')).toEqual({
    deadLetterTargetArn: deadLetters.QueueArn,
    maxReceiveCount: 10,
  });
  // a replay may take as long as the sink's timeout of 45 s and half a minute
  expect(Number(replay.VisibilityTimeout)).toBe(2 * (45 + 30));
});

test('large values are encrypted, shut to the public, and go when nothing can refer to them', async () => {
  const s3 = new S3Client({ ...client(), forcePathStyle: true });
  const { TAILRACE_CLAIM_CHECK_BUCKET: Bucket } = (await functionOf(names.sinkFunction('shop-sink'))).variables;
  const { PublicAccessBlockConfiguration } = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
  expect(Object.values(PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true]);
  const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
  expect(Policy).toMatch(TLS_ONLY);
  // MiniStack makes the bucket and forgets these
  expect(await deployed('state', 'AWS::S3::Bucket')).toMatchObject([
    {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      LifecycleConfiguration: {
        Rules: [
          { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
          // 72 hours of the topic, 14 days of the queue, one more
          { ExpirationInDays: 3 + 14 + 1 },
        ],
      },
    },
  ]);
});

async function functionOf(FunctionName: string) {
  const { Environment, ...configuration } = await new LambdaClient(client()).send(
    new GetFunctionConfigurationCommand({ FunctionName }),
  );
  return { configuration, variables: Environment?.Variables ?? {} };
}

describe('the sink', () => {
  test('is the function that the files ask for, in the private subnets', async () => {
    const { configuration, variables } = await functionOf(names.sinkFunction('shop-sink'));
    expect(configuration).toMatchObject({
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Architectures: ['arm64'],
      Timeout: 45,
      MemorySize: 768,
    });
    // MiniStack makes the function and forgets where it is
    const functions = await deployed('sink', 'AWS::Lambda::Function');
    expect(
      functions.find(({ FunctionName }) => FunctionName === names.sinkFunction('shop-sink'))?.VpcConfig,
    ).toMatchObject({ SubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'] });
    expect(variables).toMatchObject({
      TAILRACE_ENVIRONMENT: 'probe',
      TAILRACE_CONNECTOR: 'shop-sink',
      TAILRACE_TABLE: names.table,
      TAILRACE_PARTIAL_RESPONSE: 'true',
    });
    expect(variables.TAILRACE_DEAD_LETTER_QUEUE_URL).toMatch(new RegExp(`/${names.deadLetterQueue}$`));
  });

  test('has a mapping with a group of its own for each topic, which retries for ever', async () => {
    const { EventSourceMappings = [] } = await new LambdaClient(client()).send(
      new ListEventSourceMappingsCommand({ FunctionName: names.sinkFunction('shop-sink') }),
    );
    const common = {
      EventSourceArn: CLUSTER_ARN,
      StartingPosition: 'LATEST',
      BatchSize: 300,
      MaximumBatchingWindowInSeconds: 2,
      MaximumRetryAttempts: -1,
      MaximumRecordAgeInSeconds: -1,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    };
    expect(EventSourceMappings).toMatchObject([common, common]);
    // MiniStack makes the mappings and forgets what only Kafka's have
    const mappings = (await deployed('sink', 'AWS::Lambda::EventSourceMapping')).filter(({ Topics }) => Topics);
    expect(mappings).toMatchObject(
      ['shop.orders', 'shop.items'].map((topic) => ({
        Topics: [topic],
        AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: `connect-shop-sink.${topic}` },
        ProvisionedPollerConfig: { MinimumPollers: 1, MaximumPollers: 3, PollerGroupName: 'tailrace-probe' },
      })),
    );
    expect(EventSourceMappings.map(({ DestinationConfig }) => DestinationConfig?.OnFailure?.Destination)).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('starts from its bundle, and says which secret it lacks', async () => {
    const answer = await new LambdaClient(client()).send(
      new InvokeCommand({ FunctionName: names.sinkFunction('shop-sink'), Payload: Buffer.from('{}') }),
    );
    expect(answer.FunctionError).toBeDefined();
    // configured before the event is looked at; the secret has to be made by a person
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder as it stands in files
    expect(answer.Payload?.transformToString()).toContain("Can't read ${secretsmanager:tailrace/probe/mongodb:uri}");
  });
});

test('the replay function reads the replay queue one message at a time', async () => {
  const { EventSourceMappings = [] } = await new LambdaClient(client()).send(
    new ListEventSourceMappingsCommand({ FunctionName: names.replayFunction }),
  );
  expect(EventSourceMappings).toMatchObject([
    {
      EventSourceArn: `arn:aws:sqs:${REGION}:${ACCOUNT}:${names.replayQueue}`,
      BatchSize: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    },
  ]);
});

test('the function that makes topics starts from its bundle, and answers the deployment', async () => {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    bodies.push(Buffer.concat(chunks).toString());
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const event = {
    RequestType: 'Delete',
    ResponseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'topics',
    ResourceProperties: {},
  };
  try {
    const answer = await new LambdaClient(client()).send(
      new InvokeCommand({ FunctionName: names.topicsFunction, Payload: Buffer.from(JSON.stringify(event)) }),
    );
    expect(answer.FunctionError).toBeUndefined();
    expect(bodies.map((body) => JSON.parse(body))).toMatchObject([{ Status: 'SUCCESS', StackId: 'stack' }]);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

describe('the source', () => {
  test('is one task, never two, as nobody of importance on a root file system that can only be read', async () => {
    const { services } = await askEcs<{ services: Record<string, unknown>[] }>(ministack, 'DescribeServices', {
      cluster: 'tailrace-probe',
      services: [names.sourceService('shop-source')],
    });
    expect(services).toMatchObject([
      {
        desiredCount: 1,
        deploymentConfiguration: {
          minimumHealthyPercent: 0,
          maximumPercent: 100,
          deploymentCircuitBreaker: { enable: true, rollback: true },
        },
      },
    ]);
    const { taskDefinition } = await askEcs<{ taskDefinition: Record<string, unknown> }>(
      ministack,
      'DescribeTaskDefinition',
      {
        taskDefinition: services[0]?.taskDefinition,
      },
    );
    expect(taskDefinition).toMatchObject({
      containerDefinitions: [{ user: '1000:1000', readonlyRootFilesystem: true, stopTimeout: 120 }],
    });
  });
});

test('a second deployment changes nothing', async () => {
  const changedAt = async () => (await functionOf(names.sinkFunction('shop-sink'))).configuration.LastModified;
  const before = await changedAt();
  await cdk('again', 'deploy', '--all', '--require-approval', 'never', '--app', assembly);
  expect(await changedAt()).toBe(before);
});
