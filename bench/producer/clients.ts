import { randomUUID } from 'node:crypto';
import { type Message, Partitioners } from 'kafkajs';
import { NO_AUTH } from '../../functions/aws/kafka/auth.ts';
import { connectProducer } from '../../functions/aws/kafka/connect-producer.ts';
import type { ProducerRecord } from '../../functions/aws/kafka/producer.ts';
import { localKafka } from '../../infra/local/kafka-client.ts';

export type Client = {
  send(records: readonly ProducerRecord[]): Promise<unknown>;
  room(): Promise<void> | undefined;
  close(): Promise<void>;
};
export type ClientName = keyof typeof clients;

export const PARTITIONS = 6;
export const BUFFER_BYTES = 32 * 1024 * 1024;
const nothing = () => undefined;

/** What is compared; kafkajs with idempotence and without its busy timer (K10). */
export const clients = {
  tailrace: (bootstrapServers: string): Promise<Client> =>
    connectProducer({
      bootstrapServers: bootstrapServers.split(','),
      auth: NO_AUTH,
      transactionalId: `bench-${randomUUID()}`,
      overrides: {},
      topicCreation: {
        'topic.creation.default.partitions': String(PARTITIONS),
        'topic.creation.default.replication.factor': '1',
      },
      bufferBytes: BUFFER_BYTES,
      log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
      metrics: { add: nothing },
    }),
  kafkajs: (bootstrapServers: string): Promise<Client> => kafkajsClient(bootstrapServers, () => undefined),
  /** The shape that suits it best: each send goes to one partition, whatever the keys say. */
  'kafkajs, by partition': (bootstrapServers: string): Promise<Client> => {
    let sends = 0;
    return kafkajsClient(bootstrapServers, () => sends++ % PARTITIONS);
  },
} as const;

async function kafkajsClient(bootstrapServers: string, partitionOfSend: () => number | undefined): Promise<Client> {
  const createPartitioner = Partitioners.DefaultPartitioner;
  const producer = localKafka(bootstrapServers).producer({
    idempotent: true,
    maxInFlightRequests: 5,
    createPartitioner,
  });
  await producer.connect();
  return {
    send(records) {
      const partition = partitionOfSend();
      const messages = records.map(({ key, value }) => ({ key: key as Buffer, value: value as Buffer, partition }));
      return producer.send({ topic: records[0]!.topic, messages: messages as Message[] });
    },
    room: async () => undefined,
    close: () => producer.disconnect(),
  };
}
