import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type Collection, type Db, type Document, MongoClient } from 'mongodb';
import { inject } from 'vitest';
import { fetchValues, storeValues } from '../../../functions/aws/claim-check.ts';
import { type DeadLetter, parseDeadLetter } from '../../../functions/aws/dead-letter.ts';
import { createDeadLetters } from '../../../functions/aws/dead-letters.ts';
import { parkedItems } from '../../../functions/aws/parked-items.ts';
import { type ParkedItems, parkedKeys } from '../../../functions/aws/parked-keys.ts';
import { openS3Objects } from '../../../functions/aws/s3-objects.ts';
import { byteArrayConverter } from '../../../functions/connect/converters/byte-array-converter.ts';
import { stringConverter } from '../../../functions/connect/converters/string-converter.ts';
import { mongodbSink } from '../../../functions/connectors/mongodb/sink/mongodb-sink.ts';
import { replayMessages, type SqsBatchResponse } from '../../../functions/replay/replay-messages.ts';
import { type BatchResponse, putInvocation } from '../../../functions/sink/put-invocation.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../infra/local/aws-environment.ts';
import { loadTransformer } from '../../functions/connectors/mongodb/sink/conformance/load-transformer.ts';
import { receiveDeadLetters } from '../../support/dead-letters.ts';
import { notingLog } from '../../support/silent-log.ts';

export const CHANGE_STREAMS = 'com.mongodb.kafka.connect.sink.cdc.mongodb.ChangeStreamHandler';

type Value = string | Uint8Array | null;

/** A sink with the real database and the real queue, and a database of the test's own. */
export type Sinking = AsyncDisposable & {
  readonly db: Db;
  readonly target: Collection<Document>;
  readonly log: ReturnType<typeof notingLog>;
  /** Sums of the metrics. */
  readonly metrics: ReadonlyMap<string, number>;
  /** The parked keys of this sink in the table. */
  readonly parked: ParkedItems;
  /** One invocation with records of one topic-partition, their offsets from `firstOffset` on, unless they say others. */
  put(values: readonly Value[], options?: PutOptions): Promise<BatchResponse>;
  deadLetters(): Promise<readonly DeadLetter[]>;
  /** The texts of the messages in the dead letter queue. */
  messages(): Promise<readonly string[]>;
  /** What the replay function does with a message. */
  replay(body: string): Promise<SqsBatchResponse>;
};

type PutOptions = {
  readonly firstOffset?: number;
  readonly remainingMs?: number;
  readonly attempts?: number;
  /** Keys of the records, by place; others have none. */
  readonly keys?: readonly string[];
  /** Partitions of the records, by place; others are of partition 0. */
  readonly partitions?: readonly number[];
};

export async function openSinking(
  properties: Readonly<Record<string, string>> = {},
  { hasBucket = false } = {},
): Promise<Sinking> {
  const services = inject('services');
  const name = `sink-${randomUUID().slice(0, 8)}`;
  const client = await new MongoClient(services.mongodbUri).connect();
  const db = client.db(name);
  const config = mongodbSink.config.parse({
    name,
    'connector.class': 'MongoSink',
    'connection.uri': services.mongodbUri,
    topics: 'topic',
    database: name,
    collection: 'target',
    'errors.tolerance': 'all',
    ...properties,
  });
  const log = notingLog();
  const metrics = new Map<string, number>();
  const add = (metric: string, value: number) => void metrics.set(metric, (metrics.get(metric) ?? 0) + value);
  const sink = await mongodbSink.open(config, { log, metrics: { add }, now: Date.now, loadModule: loadTransformer });
  const sqs = new SQSClient({ endpoint: services.sqsEndpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });
  const local = { region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS };
  const objects = openS3Objects({ endpoint: services.s3Endpoint, ...local });
  const dynamodb = new DynamoDBClient({ endpoint: services.dynamodbEndpoint, ...local });
  const parked = parkedItems(services.table, name, dynamodb);
  const isBinary = config.valueConverter.endsWith('ByteArrayConverter');
  const deps = {
    sink,
    converters: { key: stringConverter, value: isBinary ? byteArrayConverter : stringConverter },
    fetchValue: fetchValues(objects),
    sendDeadLetters: createDeadLetters(
      services.deadLetterQueueUrl,
      sqs,
      hasBucket ? storeValues(services.claimCheckBucket, objects) : undefined,
    ),
    parkedKeys: parkedKeys(parked, { newVersion: randomUUID, now: Date.now }),
    log,
    metrics: { add },
    now: Date.now,
  };
  const settings = { connector: name, hasPartialResponse: true, contextHeaders: undefined, logsTimes: false };
  return {
    db,
    target: db.collection<Document>('target'),
    log,
    metrics,
    parked,
    put(values, { firstOffset = 0, remainingMs = 30_000, attempts, partitions = [], keys = [] } = {}) {
      const event = {
        ...eventOf(values, firstOffset, partitions, keys),
        ...(attempts && { tailraceReplay: { attempts } }),
      };
      return putInvocation(event, Date.now() + remainingMs, settings, deps);
    },
    messages: async () => (await receiveDeadLetters(services, name)).map(({ Body }) => Body ?? ''),
    replay: (body) =>
      replayMessages({
        environment: 'local',
        log,
        metrics: { add },
        async invoke(_, payload) {
          const answer = await putInvocation(JSON.parse(payload), Date.now() + 30_000, settings, deps);
          return { failed: false, payload: JSON.stringify(answer) };
        },
        postpone: async () => undefined,
      })({ Records: [{ messageId: 'replayed', body }] }),
    deadLetters: async () => (await receiveDeadLetters(services, name)).map(({ Body }) => parseDeadLetter(Body ?? '')),
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]();
      await db.dropDatabase();
      await client.close();
      sqs.destroy();
      dynamodb.destroy();
    },
  };
}

function eventOf(
  values: readonly Value[],
  firstOffset: number,
  partitions: readonly number[],
  keys: readonly string[],
) {
  const records = values.map((value, index) => ({
    topic: 'topic',
    partition: partitions[index] ?? 0,
    offset: firstOffset + index,
    timestamp: 1_700_000_000_000 + index,
    timestampType: 'CREATE_TIME',
    key: keys[index] === undefined ? null : Buffer.from(keys[index]).toString('base64'),
    value: value === null ? null : Buffer.from(value).toString('base64'),
    headers: [],
  }));
  const byPartition = Map.groupBy(records, ({ partition }) => `topic-${partition}`);
  return { eventSource: 'aws:kafka', records: Object.fromEntries(byPartition) };
}

/** The response that lists the records from one offset to another. */
export const failures = (from: number, to: number): BatchResponse => ({
  batchItemFailures: Array.from({ length: to - from + 1 }, (_, index) => ({
    itemIdentifier: { partition: 'topic-0', offset: from + index },
  })),
});

export const NO_FAILURES: BatchResponse = { batchItemFailures: [] };

/** The offsets of dead letters, in order. */
export const offsetsOf = (letters: readonly DeadLetter[]): number[] =>
  letters.flatMap(({ record }) => ('offset' in record ? [record.offset] : [])).sort((a, b) => a - b);
