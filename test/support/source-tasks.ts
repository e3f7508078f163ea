import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { inject } from 'vitest';
import { bundleSource } from '../../infra/bundle.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../infra/local/aws-environment.ts';
import { localKafka } from '../../infra/local/kafka-client.ts';
import { freePort } from '../../infra/local/ports.ts';
import { type ManagedProcess, openRun } from '../../infra/local/processes.ts';
import { askHealth } from '../../infra/local/source-service.ts';
import { until } from './until.ts';

type LogLine = { readonly message: string; readonly [field: string]: unknown };

export type StartedTask = ManagedProcess & {
  /** Resolves once it streams. */
  streams(): Promise<void>;
  lines(): readonly LogLine[];
  /** Tells it to stop and resolves with its exit code. */
  drain(): Promise<number | NodeJS.Signals>;
};

/** Tasks of one source connector, the real processes, one after another with the properties of each. */
export type SourceTasks = AsyncDisposable & {
  start(properties?: Readonly<Record<string, string>>): Promise<StartedTask>;
  /** Its items in the table. */
  items(prefix: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Values of the records on the topic, by partition and offset, once there are so many of them. */
  values(atLeast: number): Promise<readonly { readonly value: unknown; readonly headers: Record<string, string> }[]>;
};

export async function openSourceTasks(topic: string, common: Readonly<Record<string, string>>): Promise<SourceTasks> {
  const services = inject('services');
  const name = `tasks-${randomUUID().slice(0, 8)}`;
  await using stack = new AsyncDisposableStack();
  const run = stack.use(await openRun());
  const folder = join(run.folder, 'bundle');
  mkdirSync(folder);
  let started = 0;

  async function start(properties: Readonly<Record<string, string>> = {}): Promise<StartedTask> {
    const file = join(run.folder, `connector-${++started}.json`);
    const config = { 'connector.class': 'MongoSource', 'poll.await.time.ms': '300', ...common, ...properties };
    writeFileSync(file, JSON.stringify({ name, config }));
    const main = await bundleSource(folder, file);
    const port = await freePort();
    const env = {
      ...services.awsEnvironment,
      TAILRACE_ENVIRONMENT: 'local',
      TAILRACE_TABLE: services.table,
      TAILRACE_CONNECTOR_FILE: file,
      TAILRACE_HEALTH_PORT: String(port),
      TAILRACE_LEASE_MS: '1500',
      KAFKA_BOOTSTRAP_SERVERS: services.kafkaBootstrapServers,
      POWERTOOLS_METRICS_DISABLED: 'true',
    };
    const task = run.start(`task-${started}`, process.execPath, [main], { env });
    let ended = false;
    void task.exited.then(() => {
      ended = true;
    });
    const lines = () => readFileSync(task.logFile, 'utf8').trim().split('\n').filter(Boolean).map(toLine);
    return {
      ...task,
      lines,
      async streams() {
        await until('the task streams', async () => {
          if (ended) throw new Error(`Expected a task that streams, it ended: ${JSON.stringify(lines().at(-1))}`);
          return (await askHealth(port))?.state === 'streaming';
        });
      },
      async drain() {
        task.child.kill('SIGTERM');
        return task.exited as Promise<number>;
      },
    };
  }

  async function items(prefix: string) {
    const options = { endpoint: services.dynamodbEndpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS };
    const client = DynamoDBDocumentClient.from(new DynamoDBClient(options));
    try {
      const answer = await client.send(
        new QueryCommand({
          TableName: services.table,
          ConsistentRead: true,
          KeyConditionExpression: 'connector = :connector AND begins_with(#item, :prefix)',
          ExpressionAttributeNames: { '#item': 'item' },
          ExpressionAttributeValues: { ':connector': name, ':prefix': prefix },
        }),
      );
      return answer.Items ?? [];
    } finally {
      client.destroy();
    }
  }

  async function values(atLeast: number) {
    const consumer = localKafka(services.kafkaBootstrapServers).consumer({ groupId: `${name}-${randomUUID()}` });
    const read: { value: unknown; headers: Record<string, string> }[] = [];
    await consumer.connect();
    try {
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        eachMessage: async ({ message }) => {
          const headers = Object.entries(message.headers ?? {}).map(([header, text]) => [header, String(text)]);
          read.push({ value: JSON.parse(String(message.value)), headers: Object.fromEntries(headers) });
        },
      });
      await until(`${atLeast} records`, () => read.length >= atLeast);
      return read;
    } finally {
      await consumer.disconnect();
    }
  }

  const opened = stack.move();
  return { start, items, values, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** What a crash prints is no JSON. */
function toLine(text: string): LogLine {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text };
  }
}
