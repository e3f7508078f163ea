import { randomUUID } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { partitionOf } from '../../../functions/aws/kafka/partitioner.ts';
import type { ProducerRecord } from '../../../functions/aws/kafka/producer.ts';
import { runKafkaTool } from './kafka-tools.ts';
import { openTestProducer } from './producer.ts';

const { kafkaBootstrapServers } = inject('services');

/** What Kafka's own consumer, which checks every batch's CRC, prints of a topic. */
async function consoleConsumer(topic: string, count: number): Promise<string[]> {
  const shown = ['key', 'headers', 'timestamp', 'partition'].flatMap((name) => [
    '--formatter-property',
    `print.${name}=true`,
  ]);
  const out = await runKafkaTool('org.apache.kafka.tools.consumer.ConsoleConsumer', [
    ...['--bootstrap-server', kafkaBootstrapServers, '--topic', topic, '--from-beginning'],
    ...['--max-messages', String(count), '--timeout-ms', '20000', ...shown],
  ]);
  return out.trimEnd().split('\n');
}

test.each(['none', 'gzip', 'zstd'])(
  'Kafka’s own tools read back what was sent, compression %s',
  async (compression) => {
    const topic = `read-back-${randomUUID()}`;
    await using producer = await openTestProducer(kafkaBootstrapServers, {
      overrides: { 'compression.type': compression },
    });
    const records: ProducerRecord[] = Array.from({ length: 500 }, (_, index) => ({
      topic,
      key: Buffer.from(`key-${index % 50}`),
      value: index % 7 === 0 ? null : Buffer.from(`${index} ${'ä'.repeat(index)}`),
      headers: [
        ['first', Buffer.from(String(index))],
        ['none', null],
      ],
      timestamp: 1_700_000_000_000 - index * 86_400_000,
    }));
    await producer.send(records);
    const lines = await consoleConsumer(topic, records.length);
    const expected = records.map(({ key, value, timestamp }, index) => {
      const partition = partitionOf(key!, 3);
      return `CreateTime:${timestamp}\tPartition:${partition}\tfirst:${index},none:null\t${key}\t${value ?? 'null'}`;
    });
    expect(lines.toSorted()).toEqual(expected.toSorted());
    const ofOneKey = lines.filter((line) => line.includes('\tkey-1\t'));
    expect(ofOneKey).toEqual(expected.filter((line) => line.includes('\tkey-1\t')));
  },
);
