import { Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import { calmRequestQueues } from '../../functions/aws/kafka/kafkajs-timer.ts';

/** A plain kafkajs client for the stand-ins and the tests, without its log and without its busy timer. */
export function localKafka(bootstrapServers: string, options: Partial<KafkaConfig> = {}): Kafka {
  calmRequestQueues();
  const brokers = bootstrapServers.split(',').map((address) => address.trim());
  return new Kafka({ brokers, logLevel: logLevel.NOTHING, ...options });
}
