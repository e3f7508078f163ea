import type { Environment } from '../environment.ts';
import { localKafka } from './kafka-client.ts';

/** Creates the topics that an environment declares, as its stacks do in AWS; those that are there stay as they are. */
export async function createTopics(bootstrapServers: string, { settings }: Environment): Promise<void> {
  if (settings.topics.length === 0) return;
  const admin = localKafka(bootstrapServers).admin();
  await admin.connect();
  try {
    const known = new Set(await admin.listTopics());
    const missing = settings.topics.filter(({ name, existing }) => !existing && !known.has(name));
    await admin.createTopics({
      // a single broker has no room for replicas; one's own cluster has its default
      topics: missing.map(({ name, partitions }) => ({
        topic: name,
        numPartitions: partitions,
        replicationFactor: -1,
      })),
      waitForLeaders: true,
    });
  } finally {
    await admin.disconnect();
  }
}
