import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { MongoClient } from 'mongodb';
import { expect, inject, test } from 'vitest';
import { reachKafka } from '../../../infra/local/kafka.ts';

const services = inject('services');
const { region } = services;
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

test('has a table with the key schema of the state stack', async () => {
  const client = new DynamoDBClient({ endpoint: services.dynamodbEndpoint, region, credentials });
  const { Table } = await client.send(new DescribeTableCommand({ TableName: services.table }));
  expect(Table?.TableStatus).toBe('ACTIVE');
  expect(Table?.KeySchema).toEqual([
    { AttributeName: 'connector', KeyType: 'HASH' },
    { AttributeName: 'item', KeyType: 'RANGE' },
  ]);
});

test("has a replay queue whose dead letter queue is the connectors'", async () => {
  const client = new SQSClient({ endpoint: services.sqsEndpoint, region, credentials });
  const attributesOf = async (QueueUrl: string) =>
    (await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes ?? {};
  const deadLetters = await attributesOf(services.deadLetterQueueUrl);
  const replay = await attributesOf(services.replayQueueUrl);
  expect(replay.QueueArn).toBe(services.replayQueueArn);
  expect(JSON.parse(replay.RedrivePolicy!)).toMatchObject({ deadLetterTargetArn: deadLetters.QueueArn });
  expect(deadLetters).toMatchObject({ MessageRetentionPeriod: '1209600', MaximumMessageSize: '1048576' });
});

test('has a database with change streams', async () => {
  await using client = new MongoClient(services.mongodbUri);
  const orders = client.db('local-services').collection('orders');
  const changes = orders.watch();
  await changes.tryNext(); // the cursor is open only then
  await orders.insertOne({ item: 'boots' });
  expect(await changes.next()).toMatchObject({ operationType: 'insert', fullDocument: { item: 'boots' } });
  await changes.close();
});

test('has a Kafka that answers', async () => {
  await reachKafka(services.kafkaBootstrapServers, 5000);
});

const addresses = [
  ...[services.dynamodbEndpoint, services.sqsEndpoint].map((endpoint) => ['in process', new URL(endpoint).host]),
  ['MongoDB', new URL(services.mongodbUri).host],
  ['Kafka', services.kafkaBootstrapServers],
];
const outside = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

test.skipIf(process.env.MONGODB_URI || process.env.KAFKA_BOOTSTRAP_SERVERS).each(addresses)(
  'keeps %s at %s from everybody else on the network',
  async (_, address) => {
    const [host, port] = address!.split(':');
    expect(host).toBe('127.0.0.1');
    if (outside) await expect(open(outside, Number(port))).rejects.toThrow('ECONNREFUSED');
  },
);

const open = (host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port }, () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
