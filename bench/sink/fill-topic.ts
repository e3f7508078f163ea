import type { Message } from 'kafkajs';
import { localKafka } from '../../infra/local/kafka-client.ts';
import { PARTITIONS, samplePuts } from './sample-puts.ts';
import type { Work } from './works.ts';

/** An invocation's event, as far as it is looked at here. */
type Put = { readonly records: Readonly<Record<string, readonly PutRecord[]>> };
type PutRecord = { readonly partition: number; readonly key?: string; readonly value: string };

const PER_PUT = 1000;

/**
 * Writes the records that our sink gets in its invocations to a topic, again and again until there are so many: the peer
 * reads the same bytes from the same partitions.
 */
export async function fillTopic(
  bootstrapServers: string,
  topic: string,
  work: Work,
  { distinct, records }: { readonly distinct: number; readonly records: number },
): Promise<void> {
  const kafka = localKafka(bootstrapServers);
  const admin = kafka.admin();
  const producer = kafka.producer();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }] });
  await admin.disconnect();
  await producer.connect();
  const puts = [...samplePuts(work, Math.ceil(distinct / PER_PUT), PER_PUT)].map(toMessages);
  for (let sent = 0, put = 0; sent < records; put += 1) {
    const messages = puts[put % puts.length]!.slice(0, records - sent);
    await producer.send({ topic, messages });
    sent += messages.length;
  }
  await producer.disconnect();
}

/** The records of an invocation's JSON text, as a producer takes them. */
export function toMessages(put: string): Message[] {
  const { records } = JSON.parse(put) as Put;
  return Object.values(records)
    .flat()
    .map(({ key, partition, value }) => ({ key: bytesOf(key), value: bytesOf(value), partition }));
}

const bytesOf = (base64: string | undefined): Buffer | null =>
  base64 === undefined ? null : Buffer.from(base64, 'base64');
