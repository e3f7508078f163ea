import { randomUUID } from 'node:crypto';
import { NO_AUTH } from '../../../functions/aws/kafka/auth.ts';
import { connectProducer, type ProducerOptions } from '../../../functions/aws/kafka/connect-producer.ts';
import type { Producer, ProducerDeps } from '../../../functions/aws/kafka/producer.ts';
import { silentLog } from '../../support/silent-log.ts';

/** A producer with a transactional id of its own, but for what a test says. */
export const openTestProducer = (
  bootstrapServers: string,
  options: Partial<ProducerOptions> = {},
  deps: ProducerDeps = {},
): Promise<Producer> =>
  connectProducer(
    {
      bootstrapServers: bootstrapServers.split(','),
      auth: NO_AUTH,
      transactionalId: `test-${randomUUID()}`,
      overrides: {},
      topicCreation: {
        'topic.creation.default.partitions': '3',
        'topic.creation.default.replication.factor': '-1',
      },
      bufferBytes: 8_000_000,
      log: silentLog,
      metrics: { add: () => undefined },
      ...options,
    },
    deps,
  );
