import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { type Collection, type Db, type Document, MongoClient } from 'mongodb';
import { inject } from 'vitest';
import { offsetItemOf, type StoredOffset } from '../../functions/aws/offset-store.ts';
import type { Health } from '../../functions/source/task-status.ts';
import { loadEnvironment } from '../../infra/environment.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../infra/local/aws-environment.ts';
import { deployableEnvironment, launchConnectors, type RunningConnectors } from '../../infra/local/launcher.ts';
import { freePort } from '../../infra/local/ports.ts';
import { type ManagedProcess, openRun, type Run } from '../../infra/local/processes.ts';
import type { Services } from '../../infra/local/services.ts';
import { askHealth } from '../../infra/local/source-service.ts';

type Properties = Readonly<Record<string, string>>;

export type PipelineOptions = {
  /** Properties over the defaults of the source; a function of the topic where they name it. */
  readonly source?: Properties | ((topic: string) => Properties);
  /** Properties over the defaults of the sink. */
  readonly sink?: Properties;
  readonly partitions?: number;
  readonly leaseMs?: number;
  /** Leaves the sink out: who reads the topic is the test. */
  readonly withoutSink?: boolean;
  /** Makes what exists before the source starts. */
  prepare?(database: Db): Promise<void>;
  /** Of the sink's function; an outage is waited for within it. */
  readonly sinkTimeoutSeconds?: number;
  /** Where the connectors find the services; the test itself goes to them directly. */
  readonly through?: (services: Services) => Services;
};

/** A source and a sink of their own on the shared services: database, topic and names are unique. */
export type Pipeline = AsyncDisposable &
  RunningConnectors & {
    readonly name: string;
    readonly topic: string;
    readonly run: Run;
    readonly services: Services;
    readonly client: MongoClient;
    readonly source: Collection;
    readonly sink: Collection;
    storedOffset(): Promise<(StoredOffset & { epoch: number }) | undefined>;
    /** An item of the source in the table. */
    storedItem(item: string): Promise<Readonly<Record<string, unknown>> | undefined>;
    /** Starts a task of the source beside the one that runs. */
    startTask(name: string): Promise<SourceTask>;
  };

/** A task of the source that nobody starts again when it ends. */
export type SourceTask = ManagedProcess & { health(): Promise<Health | undefined> };

/** Short, so that a killed task's lease runs out soon. */
const TEST_LEASE_MS = 1500;

// biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of a connector file
const LOCAL_DATABASE = '${env:MONGODB_URI}';
const CHANGE_STREAM_HANDLER = 'com.mongodb.kafka.connect.sink.cdc.mongodb.ChangeStreamHandler';

export async function openPipeline(options: PipelineOptions = {}): Promise<Pipeline> {
  const services = inject('services');
  const { leaseMs = TEST_LEASE_MS, through = (direct: Services) => direct } = options;
  const name = `test-${randomUUID().slice(0, 8)}`;
  const database = `${name}-db`;
  const topic = `${database}.items`;
  await using stack = new AsyncDisposableStack();
  const run = stack.use(await openRun());
  const folder = join(run.folder, 'environments');
  const sink = [
    `${name}-sink`,
    {
      'connector.class': 'MongoSink',
      topics: topic,
      database,
      collection: 'copy',
      'change.data.capture.handler': CHANGE_STREAM_HANDLER,
      'errors.tolerance': 'all',
      ...options.sink,
    },
  ] as const;
  writeEnvironment(folder, topic, options, [
    [
      `${name}-source`,
      {
        'connector.class': 'MongoSource',
        database,
        collection: 'items',
        'poll.await.time.ms': '500',
        ...(typeof options.source === 'function' ? options.source(topic) : options.source),
      },
    ],
    ...(options.withoutSink ? [] : [sink]),
  ]);
  const lines: string[] = [];
  const client = await new MongoClient(services.mongodbUri).connect();
  stack.defer(() => client.close());
  await options.prepare?.(client.db(database));
  const connectors = stack.use(
    await launchConnectors(run, through(services), loadEnvironment('local', folder), {
      report: (line) => lines.push(line),
      notice: (connector, line) => lines.push(`${connector}: ${line}`),
      leaseMs,
    }),
  );
  const collection = (of: string) => client.db(database).collection<Document>(of);
  const opened = stack.move();
  return {
    ...connectors,
    name,
    topic,
    run,
    services,
    client,
    source: collection('items'),
    sink: collection('copy'),
    startTask: (task) =>
      startTask(
        run,
        services,
        connectors.lambdaEndpoint,
        leaseMs,
        task,
        join(run.folder, 'bundles', `${name}-source`, 'main.mjs'),
      ),
    storedOffset: () => readOffset(services, `${name}-source`, `${database}.items`),
    storedItem: (item) => readItem(services, `${name}-source`, item),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function startTask(
  run: Run,
  services: Services,
  lambdaEndpoint: string,
  leaseMs: number,
  name: string,
  main: string,
): Promise<SourceTask> {
  const port = await freePort();
  const env = {
    ...deployableEnvironment(services, lambdaEndpoint, 'local'),
    KAFKA_BOOTSTRAP_SERVERS: services.kafkaBootstrapServers,
    TAILRACE_LEASE_MS: String(leaseMs),
    TAILRACE_HEALTH_PORT: String(port),
  };
  const task = run.start(name, process.execPath, [main], { env });
  return { ...task, health: () => askHealth(port) };
}

function writeEnvironment(
  folder: string,
  topic: string,
  { partitions = 3, sinkTimeoutSeconds: timeoutSeconds = 30 }: PipelineOptions,
  connectors: readonly (readonly [name: string, properties: Properties])[],
): void {
  const connectorsFolder = join(folder, 'local/connectors');
  mkdirSync(connectorsFolder, { recursive: true });
  const settings = {
    topics: [{ name: topic, partitions, replicationFactor: 1 }],
    sink: { timeoutSeconds, pollers: { mode: 'provisioned' } },
  };
  writeFileSync(join(folder, 'local/environment.json'), JSON.stringify(settings));
  for (const [name, properties] of connectors) {
    const config = { 'connection.uri': LOCAL_DATABASE, ...properties };
    writeFileSync(join(connectorsFolder, `${name}.json`), JSON.stringify({ name, config }));
  }
}

async function readOffset(services: Services, connector: string, watched: string) {
  const hosts = new URL(services.mongodbUri.replace(/^mongodb/, 'http')).host;
  const item = offsetItemOf({ ns: `mongodb://${hosts}/${watched}` });
  return (await readItem(services, connector, item)) as (StoredOffset & { epoch: number }) | undefined;
}

async function readItem(services: Services, connector: string, item: string) {
  const options = { endpoint: services.dynamodbEndpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS };
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(options));
  try {
    const answer = await client.send(
      new GetCommand({ TableName: services.table, Key: { connector, item }, ConsistentRead: true }),
    );
    return answer.Item;
  } finally {
    client.destroy();
  }
}
