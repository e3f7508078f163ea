import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleSink } from '../../infra/bundle.ts';
import type { EventSourceMapping } from '../../infra/local/event-source-mapping/mapping.ts';
import type { MappingOptions } from '../../infra/local/event-source-mapping/settings.ts';
import { startMapping } from '../../infra/local/event-source-mapping/start-mapping.ts';
import { localKafka } from '../../infra/local/kafka-client.ts';
import { deployableEnvironment } from '../../infra/local/launcher.ts';
import { localFunction } from '../../infra/local/local-function.ts';
import type { Run } from '../../infra/local/processes.ts';
import type { Services } from '../../infra/local/services.ts';

export type Message = { readonly key: string; readonly value: string | null };

/** A topic of a test's own, and what puts records into it by their keys. */
export async function openTopic(services: Services, partitions: number) {
  const topic = `sunk-${randomUUID().slice(0, 8)}`;
  const kafka = localKafka(services.kafkaBootstrapServers, { clientId: 'test' });
  const admin = kafka.admin();
  const producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions }] });
  return {
    topic,
    send: (messages: readonly Message[]) => producer.send({ topic, messages: [...messages] }),
    [Symbol.asyncDispose]: async () => void (await Promise.all([admin.disconnect(), producer.disconnect()])),
  };
}

export type MappedSinkOptions = {
  readonly topic: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly mapping?: Partial<MappingOptions>;
};

/** Short, where a test waits for tries that fail. */
const RETRY_BACKOFF_MS = { first: 20, most: 100 };

/** The sink's own bundle in a process of its own, behind an event source mapping: a pipeline's second half. */
export async function startMappedSink(
  run: Run,
  services: Services,
  { topic, properties, timeoutMs = 30_000, mapping = {} }: MappedSinkOptions,
): Promise<AsyncDisposable & { readonly connector: string; readonly mapping: EventSourceMapping }> {
  await using stack = new AsyncDisposableStack();
  const connector = `sink-${randomUUID().slice(0, 8)}`;
  const folder = join(run.folder, connector);
  mkdirSync(folder);
  const file = join(folder, 'connector-file.json');
  const config = { 'connector.class': 'MongoSink', topics: topic, ...properties };
  writeFileSync(file, JSON.stringify({ name: connector, config }));
  await bundleSink(folder, { file, modules: [] });
  const env = {
    ...deployableEnvironment(services, '', 'local'),
    TAILRACE_CONNECTOR: connector,
    TAILRACE_PARTIAL_RESPONSE: 'true',
  };
  const concurrency = mapping.concurrentInvocations ?? 1;
  const sink = stack.use(localFunction(run, { name: connector, folder, env, timeoutMs, concurrency }));
  const started = stack.use(
    startMapping(
      {
        topic,
        consumerGroupId: `connect-${connector}`,
        maximumBatchingWindowSeconds: 0,
        provisioned: {},
        reportBatchItemFailures: true,
        bisectBatchOnError: true,
        retryBackoffMs: RETRY_BACKOFF_MS,
        ...mapping,
      },
      { bootstrapServers: services.kafkaBootstrapServers, invoke: sink.invoke, report: () => undefined },
    ),
  );
  const opened = stack.move();
  return { connector, mapping: started, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
