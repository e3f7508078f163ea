import { Partitioners } from 'kafkajs';
import type { Producer } from '../../../functions/aws/kafka/producer.ts';
import { localKafka } from '../../../infra/local/kafka-client.ts';

/** The port by kafkajs's own `send()`, used plainly, to show what the suite finds. */
export async function plainKafkajs(bootstrapServers: string): Promise<Producer> {
  const producer = localKafka(bootstrapServers, { retry: { retries: 20, maxRetryTime: 1000 } }).producer({
    idempotent: true,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const close = () => producer.disconnect();
  return {
    async send(records) {
      if (records.length === 0) return;
      const messages = records.map(({ key, value }) => ({ key: key as Buffer, value: value as Buffer }));
      await producer.send({ topic: records[0]!.topic, messages });
    },
    room: async () => undefined,
    prepare: async () => undefined,
    close,
    [Symbol.asyncDispose]: close,
  };
}
