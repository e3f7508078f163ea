import type { Admin, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { messageOf } from '../../../functions/connect/errors.ts';
import { localKafka } from '../kafka-client.ts';
import { type MappingRecord, toMappingRecord } from './msk-event.ts';
import { type PositionSettings, type Positions, readPositions, topicExists } from './positions.ts';

export type ReaderListener = {
  /** The group was joined; these partitions are ours, with what the group has committed of each. */
  joined(positions: ReadonlyMap<number, number>): void;
  /** The next records of a partition that is ours; `nextOffset` is behind the last of them. */
  read(partition: number, records: readonly MappingRecord[], nextOffset: number): void;
  /** Nothing is read for now, and why; it goes on by itself. */
  interrupted(why: string): void;
};

/** A member of a mapping's consumer group. */
export type TopicReader = AsyncDisposable & {
  pause(partition: number): void;
  resume(partition: number): void;
  /** Rejects where the group did not take them, as while it rebalances. */
  commit(offsets: ReadonlyMap<number, number>): Promise<void>;
  /** The offset behind the last record of each partition. */
  ends(): Promise<ReadonlyMap<number, number>>;
};

export type OpenReader = (listener: ReaderListener) => TopicReader;

/** How soon a member that was killed makes room for the next. */
const SESSION_TIMEOUT_MS = 10_000;
const TRY_AGAIN_MS = 1000;
/** kafkajs's own last for half a minute, in which nobody hears that the broker is away, nor that it is back. */
const FEW_RETRIES = { initialRetryTime: 100, maxRetryTime: 1000, retries: 3 };
const BYTES_PER_PARTITION = 4 * 1024 * 1024;

/**
 * Reads a topic as a member of a consumer group, until it is disposed of.
 *
 * kafkajs's consumer gets no say in what it is not good at: records are handed over at once, so that its heartbeats
 * never wait for a function, and a consumer that crashed is thrown away for a new one.
 */
export function readTopic(bootstrapServers: string, settings: PositionSettings, listener: ReaderListener): TopicReader {
  const { topic } = settings;
  const kafka = localKafka(bootstrapServers, { clientId: 'tailrace-event-source-mapping', retry: FEW_RETRIES });
  const stop = Promise.withResolvers<void>();
  let isStopped = false;
  let member: { admin: Admin; consumer: Consumer } | undefined;

  async function supervise(): Promise<void> {
    while (!isStopped) {
      const admin = kafka.admin();
      try {
        await admin.connect();
        if (await topicExists(admin, topic)) await takePart(admin);
        else listener.interrupted(`Topic ${topic} does not exist yet`);
      } catch (error) {
        listener.interrupted(messageOf(error));
      } finally {
        member = undefined;
        await admin.disconnect();
      }
      if (!isStopped) await Promise.race([stop.promise, new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS))]);
    }
  }

  /** One membership: from joining to the crash of its consumer, or our end. */
  async function takePart(admin: Admin): Promise<void> {
    const consumer = newConsumer(kafka, settings.consumerGroupId);
    const crash = Promise.withResolvers<never>();
    const ended = Promise.race([stop.promise, crash.promise]);
    let announced: Promise<void> = Promise.resolve();
    consumer.on('consumer.crash', ({ payload }) => crash.reject(payload.error));
    consumer.on('consumer.group_join', ({ payload }) => {
      announced = announce(admin, consumer, settings, payload.memberAssignment[topic] ?? []).then(listener.joined);
      announced.catch(crash.reject);
    });
    const eachBatch = async (payload: EachBatchPayload): Promise<void> => {
      // whose partition it is has to be known first
      await Promise.race([announced, ended]);
      if (!payload.isStale()) deliver(payload);
    };
    try {
      await consumer.connect();
      // fromBeginning is for a committed offset that retention overtook: go on with the oldest that is left
      await consumer.subscribe({ topic, fromBeginning: true });
      const { starts } = await readPositions(admin, settings);
      const running = consumer.run({ autoCommit: false, partitionsConsumedConcurrently: 1, eachBatch });
      // after `run` began and before its first fetch: kafkajs takes it at no other time
      for (const [partition, offset] of starts) consumer.seek({ topic, partition, offset: String(offset) });
      await running;
      member = { admin, consumer };
      await ended;
    } finally {
      await consumer.disconnect();
    }
  }

  function deliver({ batch }: EachBatchPayload): void {
    const readAt = Date.now();
    const records = batch.messages.map((message) => toMappingRecord(topic, batch.partition, message, readAt));
    listener.read(batch.partition, records, Number(batch.lastOffset()) + 1);
  }

  const supervised = supervise();

  return {
    pause: (partition) => member?.consumer.pause([{ topic, partitions: [partition] }]),
    resume: (partition) => member?.consumer.resume([{ topic, partitions: [partition] }]),
    async commit(offsets) {
      if (!member) throw new Error('The consumer group is not joined');
      await member.consumer.commitOffsets(toOffsets(topic, offsets));
    },
    async ends() {
      const ends = (await member?.admin.fetchTopicOffsets(topic)) ?? [];
      return new Map(ends.map(({ partition, high }) => [partition, Number(high)]));
    },
    async [Symbol.asyncDispose]() {
      isStopped = true;
      stop.resolve();
      await supervised;
    },
  };
}

const newConsumer = (kafka: Kafka, groupId: string): Consumer =>
  kafka.consumer({
    groupId,
    sessionTimeout: SESSION_TIMEOUT_MS,
    heartbeatInterval: 1000,
    maxWaitTimeInMs: 250,
    maxBytesPerPartition: BYTES_PER_PARTITION,
    allowAutoTopicCreation: false,
    // a crash is healed by a new consumer; kafkajs would also restart one that was stopped meanwhile
    retry: { ...FEW_RETRIES, restartOnFailure: async () => false },
  });

/** Commits where the mapping starts, so that LATEST stays the moment of its creation; tells what is ours. */
async function announce(
  admin: Admin,
  consumer: Consumer,
  settings: PositionSettings,
  partitions: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const { committed, starts }: Positions = await readPositions(admin, settings);
  const ours = new Map([...starts].filter(([partition]) => partitions.includes(partition)));
  if (ours.size > 0) await consumer.commitOffsets(toOffsets(settings.topic, ours));
  return new Map(partitions.map((partition) => [partition, committed.get(partition) ?? starts.get(partition) ?? 0]));
}

const toOffsets = (topic: string, offsets: ReadonlyMap<number, number>) =>
  [...offsets].map(([partition, offset]) => ({ topic, partition, offset: String(offset) }));
