import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { storeValues } from '../aws/claim-check.ts';
import { createDeadLetters } from '../aws/dead-letters.ts';
import { connectProducer } from '../aws/kafka/connect-producer.ts';
import { kafkaAddressOf } from '../aws/kafka/kafka-address.ts';
import { lazyObjectStore } from '../aws/object-store.ts';
import { createOffsetStore } from '../aws/offset-store.ts';
import type { Log } from '../connect/log.ts';
import type { Metrics } from '../connect/metrics.ts';
import type { Settings } from './settings.ts';
import type { TaskConfig, TaskDeps } from './task.ts';

type AdapterDeps = { readonly log: Log; readonly metrics: Metrics; now(): number };

/**
 * Unacknowledged bytes at which pulling stops: some full batches. More waits longer and costs more, as what lives longer
 * is what garbage collection has to look at.
 */
const BUFFER_BYTES = 8 * 1024 * 1024;
const OVERRIDE = 'producer.override.';
const CREATION = 'topic.creation.';

/** The outside of a task: its items in DynamoDB, its producer, its dead letters and the bucket for large values. */
export function connectAdapters(
  settings: Settings,
  config: TaskConfig,
  { log, metrics, now }: AdapterDeps,
): Pick<TaskDeps, 'store' | 'connectProducer' | 'sendDeadLetters' | 'storeValue'> {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(), {
    marshallOptions: { removeUndefinedValues: true },
  });
  const store = createOffsetStore(settings.TAILRACE_TABLE, config.name, {
    client,
    nowIso: () => new Date(now()).toISOString(),
    newVersion: randomUUID,
  });

  const { TAILRACE_CLAIM_CHECK_BUCKET: bucket, TAILRACE_DEAD_LETTER_QUEUE_URL: queueUrl } = settings;
  const storeValue = bucket ? storeValues(bucket, lazyObjectStore()) : undefined;

  return {
    store,
    storeValue,
    sendDeadLetters: queueUrl ? createDeadLetters(queueUrl, new SQSClient(), storeValue) : undefined,
    async connectProducer(producerDeps) {
      const address = await kafkaAddressOf(settings);
      const options = {
        ...address,
        transactionalId: `tailrace-${config.name}`,
        overrides: withoutPrefix(config.originals, OVERRIDE),
        topicCreation: Object.fromEntries(
          Object.entries(config.originals).filter(([name]) => name.startsWith(CREATION)),
        ),
        bufferBytes: BUFFER_BYTES,
        log,
        metrics,
      };
      return connectProducer(options, producerDeps);
    },
  };
}

const withoutPrefix = (properties: TaskConfig['originals'], prefix: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
