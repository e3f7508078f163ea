import type { Admin } from 'kafkajs';
import type { MappingSettings } from './settings.ts';

export type PositionSettings = Pick<
  MappingSettings,
  'topic' | 'consumerGroupId' | 'startingPosition' | 'startingPositionTimestamp'
>;

export type Positions = {
  /** What the group has committed; a committed offset goes over the starting position. */
  readonly committed: ReadonlyMap<number, number>;
  /** Where the mapping starts in partitions without a committed offset. */
  readonly starts: ReadonlyMap<number, number>;
};

/** Whether a topic is there; asking for it by name would make it on brokers that make topics by themselves. */
export const topicExists = async (admin: Admin, topic: string): Promise<boolean> =>
  (await admin.listTopics()).includes(topic);

export async function readPositions(admin: Admin, settings: PositionSettings): Promise<Positions> {
  const { topic, consumerGroupId } = settings;
  const [answer] = await admin.fetchOffsets({ groupId: consumerGroupId, topics: [topic] });
  const committed = new Map<number, number>();
  // -1: none
  for (const { partition, offset } of answer?.partitions ?? [])
    if (Number(offset) >= 0) committed.set(partition, Number(offset));
  const starts = await startingOffsets(admin, settings);
  for (const partition of committed.keys()) starts.delete(partition);
  return { committed, starts };
}

async function startingOffsets(
  admin: Admin,
  { topic, startingPosition, startingPositionTimestamp }: PositionSettings,
): Promise<Map<number, number>> {
  if (startingPosition === 'AT_TIMESTAMP') {
    // without a record that young, the end of the partition
    const found = await admin.fetchTopicOffsetsByTimestamp(topic, Math.round((startingPositionTimestamp ?? 0) * 1000));
    return new Map(found.map(({ partition, offset }) => [partition, Number(offset)]));
  }
  const ends = await admin.fetchTopicOffsets(topic);
  return new Map(
    ends.map(({ partition, low, high }) => [partition, Number(startingPosition === 'LATEST' ? high : low)]),
  );
}
