import type { KafkaMessage } from 'kafkajs';

/** A record of the topic on its way to the function. */
export type MappingRecord = {
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds, as the event has it. */
  readonly timestamp: number;
  /** When the mapping read it, which opens the batching window. */
  readonly readAt: number;
  /** The record as it stands in the event, and how long that is: AWS measures the event, not the record. */
  readonly json: string;
  readonly bytes: number;
};

/** Where the event says that it comes from. */
export type EventOrigin = {
  readonly topic: string;
  readonly eventSourceArn: string;
  readonly bootstrapServers: string;
};

export const LOCAL_CLUSTER_ARN =
  'arn:aws:kafka:us-east-1:000000000000:cluster/tailrace-local/00000000-0000-0000-0000-0';

/** kafkajs knows it, its types do not. */
type WithBatch = { readonly batchContext?: { readonly timestampType?: number } };
const LOG_APPEND_TIME = 1;

export function toMappingRecord(
  topic: string,
  partition: number,
  message: KafkaMessage,
  readAt: number,
): MappingRecord {
  const { key, value, timestamp } = message;
  const offset = Number(message.offset);
  const { batchContext } = message as WithBatch;
  const json = JSON.stringify({
    topic,
    partition,
    offset,
    timestamp: Number(timestamp),
    timestampType: batchContext?.timestampType === LOG_APPEND_TIME ? 'LOG_APPEND_TIME' : 'CREATE_TIME',
    // absent where Kafka has null: a tombstone has no `value`
    key: key?.toString('base64'),
    value: value?.toString('base64'),
    headers: toHeaders(message.headers ?? {}),
  });
  return { partition, offset, timestamp: Number(timestamp), readAt, json, bytes: Buffer.byteLength(json) };
}

/** One-key objects with an array of byte numbers each; a name may come again. */
function toHeaders(headers: NonNullable<KafkaMessage['headers']>): Record<string, number[]>[] {
  return Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value) => ({ [name]: [...Buffer.from(value ?? '')] })),
  );
}

/** The invocation's event as JSON text, grouped by topic-partition; the records of one keep their order. */
export function toMskEvent(origin: EventOrigin, records: readonly MappingRecord[]): string {
  const groups = [...Map.groupBy(records, ({ partition }) => partition)].map(
    ([partition, group]) =>
      `${JSON.stringify(`${origin.topic}-${partition}`)}:[${group.map(({ json }) => json).join(',')}]`,
  );
  return `${envelopeOf(origin)}{${groups.join(',')}}}`;
}

const envelopeOf = ({ eventSourceArn, bootstrapServers }: EventOrigin): string =>
  `${JSON.stringify({ eventSource: 'aws:kafka', eventSourceArn, bootstrapServers }).slice(0, -1)},"records":`;

/** What an event weighs with these records, never less than it will. */
export function eventBytes(origin: EventOrigin, partitions: number, recordBytes: number, records: number): number {
  const perPartition = Buffer.byteLength(origin.topic) + '"-2147483647":[],'.length;
  return Buffer.byteLength(envelopeOf(origin)) + '{}}'.length + partitions * perPartition + recordBytes + records;
}
