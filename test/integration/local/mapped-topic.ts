import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompressionTypes, KafkaJSError } from 'kafkajs';
import type { EventSourceMapping } from '../../../infra/local/event-source-mapping/mapping.ts';
import type { MappingOptions } from '../../../infra/local/event-source-mapping/settings.ts';
import { startMapping } from '../../../infra/local/event-source-mapping/start-mapping.ts';
import { localKafka } from '../../../infra/local/kafka-client.ts';
import { localFunction } from '../../../infra/local/local-function.ts';
import { openRun } from '../../../infra/local/processes.ts';
import { writeBundle } from '../../support/function-bundle.ts';

/** What the function of a test does with a record, by the record's value. */
type Behaviour = {
  /** The invocation throws. */
  readonly throwOn?: readonly string[];
  /** The process ends. */
  readonly exitOn?: readonly string[];
  /** The response reports the record, and not those behind it. */
  readonly report?: readonly string[];
  /** The response names a record that is not of the batch. */
  readonly malformedOn?: readonly string[];
};

const HANDLER = `
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
export async function handler(event) {
  const folder = process.env.LAMBDA_TASK_ROOT;
  const records = Object.entries(event.records).flatMap(([partition, group]) => group.map((record) =>
    ({ partition, offset: record.offset, text: Buffer.from(record.value, 'base64').toString() })));
  appendFileSync(join(folder, 'deliveries'), JSON.stringify(records.map(({ text }) => text)) + '\\n');
  const behaviour = JSON.parse(readFileSync(join(folder, 'behaviour.json'), 'utf8'));
  const those = (of) => records.filter(({ text }) => (behaviour[of] ?? []).includes(text));
  if (those('throwOn').length > 0) throw new Error('poison');
  if (those('exitOn').length > 0) process.exit(1);
  if (those('malformedOn').length > 0) return { batchItemFailures: [{ itemIdentifier: { partition: 'x', offset: 0 } }] };
  return { batchItemFailures: those('report').map(({ partition, offset }) => ({ itemIdentifier: { partition, offset } })) };
}`;

export const provisioned = { provisioned: {}, reportBatchItemFailures: true, retryBackoffMs: { first: 20, most: 100 } };

/** A topic of a test's own, with a real function in a process of its own behind a mapping. */
export async function openMappedTopic(bootstrapServers: string, partitions = 1) {
  await using stack = new AsyncDisposableStack();
  const topic = `mapped-${randomUUID()}`;
  const group = `connect-${topic}`;
  const kafka = localKafka(bootstrapServers, { clientId: 'test' });
  const admin = kafka.admin();
  const producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);
  stack.defer(async () => void (await Promise.all([admin.disconnect(), producer.disconnect()])));
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions }] });

  const folder = mkdtempSync(join(tmpdir(), 'tailrace-mapping-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const run = stack.use(await openRun(join(folder, 'state')));
  const bundle = writeBundle(folder, 'function', HANDLER);
  const invoked = stack.use(localFunction(run, { name: 'mapped', folder: bundle, env: {}, timeoutMs: 5000 }));
  const deliveriesFile = join(bundle, 'deliveries');
  const behave = (behaviour: Behaviour) => writeFileSync(join(bundle, 'behaviour.json'), JSON.stringify(behaviour));
  behave({});

  const opened = stack.move();
  return {
    topic,
    group,
    admin,
    folder,
    deliveriesFile,
    behave,
    start: (options: Partial<MappingOptions> = {}): EventSourceMapping =>
      startMapping(
        { topic, consumerGroupId: group, maximumBatchingWindowSeconds: 0, ...options },
        { bootstrapServers, invoke: invoked.invoke, report: (line) => appendFileSync(join(folder, 'dropped'), line) },
      ),
    send: async (texts: readonly string[], partition = 0, compression = CompressionTypes.None): Promise<void> => {
      await producer.send({ topic, compression, messages: texts.map((value) => ({ value, partition })) });
    },
    /** The values of each invocation so far. */
    deliveries: (): string[][] =>
      existsSync(deliveriesFile)
        ? readFileSync(deliveriesFile, 'utf8')
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line))
        : [],
    /** -1 where the group has committed nothing, or where its coordinator is just moving. */
    committed: async (partition = 0): Promise<number> => {
      const [answer] = await admin.fetchOffsets({ groupId: group, topics: [topic] }).catch((error: unknown) => {
        if (error instanceof KafkaJSError && error.retriable) return [];
        throw error;
      });
      return Number(answer?.partitions.find((each) => each.partition === partition)?.offset ?? -1);
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
