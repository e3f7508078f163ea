import type { EventOrigin, MappingRecord } from '../../../../infra/local/event-source-mapping/msk-event.ts';

export const origin: EventOrigin = {
  topic: 'orders',
  eventSourceArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/test/1',
  bootstrapServers: '127.0.0.1:9092',
};

type Given = { readAt?: number; timestamp?: number; bytes?: number };

/** A record of the topic `orders` whose JSON has about as many bytes as given. */
export function at(
  partition: number,
  offset: number,
  { readAt = 0, timestamp = 0, bytes = 0 }: Given = {},
): MappingRecord {
  const value = 'A'.repeat(bytes);
  const json = JSON.stringify({ topic: origin.topic, partition, offset, timestamp, value });
  return { partition, offset, timestamp, readAt, json, bytes: Buffer.byteLength(json) };
}

export const positions = (records: readonly MappingRecord[]): string[] =>
  records.map(({ partition, offset }) => `${partition}@${offset}`);
