import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { awsEnvironmentOf } from '../../infra/local/aws-environment.ts';
import { localKafka } from '../../infra/local/kafka-client.ts';
import type { ManagedProcess, Run } from '../../infra/local/processes.ts';
import { DATABASE } from '../replay-server/sample-events.ts';
import type { Rate } from '../report/results.ts';
import type { Usage } from './measured-process.ts';

export type TaskToMeasure = {
  readonly name: string;
  /** Properties of the connector. */
  readonly format: Readonly<Record<string, string>>;
  readonly events: number;
  readonly uri: string;
  readonly kafka: string;
  readonly dynamodbEndpoint: string;
  readonly table: string;
};

/** Before that the code is not compiled yet, and connections are made. */
const WARM_UP = 0.3;
const POLL_MS = 20;
const STUCK_MS = 120_000;

/** Runs a source task from the first event to the last and counts what the broker has of its records. */
export async function measureTask(run: Run, script: string, task: TaskToMeasure): Promise<Rate> {
  const topic = `${task.name}.${DATABASE}.c`;
  const admin = localKafka(task.kafka).admin();
  await admin.connect();
  try {
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: false });
    while (!(await admin.listTopics()).includes(topic)) await sleep(POLL_MS);
    const measured = startTask(run, script, task);
    const begin = await reached(task.events * WARM_UP, admin, topic, measured);
    const end = await reached(task.events, admin, topic, measured);
    await measured.stop();
    const events = end.records - begin.records;
    return {
      events,
      perSecond: (events / (end.at - begin.at)) * 1000,
      cpuPerMillion: ((end.usage.cpuSeconds - begin.usage.cpuSeconds) / events) * 1e6,
      peakBytes: end.usage.peakBytes,
    };
  } finally {
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
  }
}

function startTask(run: Run, script: string, { dynamodbEndpoint, format, kafka, name, table, uri }: TaskToMeasure) {
  const file = join(run.folder, `${name}.json`);
  const properties = { 'connector.class': 'MongoSource', database: DATABASE, collection: 'c', 'topic.prefix': name };
  writeFileSync(file, JSON.stringify({ name, config: { ...properties, 'connection.uri': uri, ...format } }));
  return run.start(`task-${name}`, process.execPath, [script, 'task'], {
    ipc: true,
    env: {
      ...awsEnvironmentOf({ dynamodbEndpoint, sqsEndpoint: dynamodbEndpoint, s3Endpoint: dynamodbEndpoint }),
      KAFKA_BOOTSTRAP_SERVERS: kafka,
      TAILRACE_CONNECTOR_FILE: file,
      TAILRACE_TABLE: table,
      TAILRACE_HEALTH_PORT: '0',
    },
  });
}

type Sample = { readonly at: number; readonly records: number; readonly usage: Usage };

/** Resolves once the topic has that many records, with how many it has. */
async function reached(records: number, admin: Admin, topic: string, measured: ManagedProcess): Promise<Sample> {
  const deadline = performance.now() + STUCK_MS;
  for (;;) {
    const stored = await recordsOf(admin, topic);
    if (stored >= records) return { at: performance.now(), records: stored, usage: await usageOf(measured) };
    if (measured.child.exitCode !== null || performance.now() > deadline) {
      const end = readFileSync(measured.logFile, 'utf8').slice(-1000);
      throw new Error(`Expected ${records} records of ${measured.name}, got ${stored}: ${end}`);
    }
    await sleep(POLL_MS);
  }
}

/** None while the topic is so new that its leader does not know of it yet: kafkajs gives up over that too early. */
async function recordsOf(admin: Admin, topic: string): Promise<number> {
  try {
    const [partition] = await admin.fetchTopicOffsets(topic);
    return Number(partition?.high ?? 0);
  } catch (error) {
    if (error instanceof Error && 'retriable' in error && error.retriable === true) return 0;
    throw error;
  }
}

function usageOf({ child }: ManagedProcess): Promise<Usage> {
  const usage = new Promise<Usage>((resolve) => {
    child.once('message', (sent) => resolve(sent as Usage));
  });
  child.send('usage');
  return usage;
}
