import type { Kafka } from 'kafkajs';

export type Verdict = { lost: number; doubled: number; disordered: number; stored: number };

/** Reads a topic from its beginning to its end and compares each key's numbers with 0, 1, 2 … as they were sent. */
export async function readBack(kafka: Kafka, topic: string, sent: ReadonlyMap<string, number>): Promise<Verdict> {
  const numbers = new Map<string, number[]>();
  let stored = 0;
  await readAll(kafka, topic, (key, value) => {
    const ofKey = numbers.get(key) ?? [];
    numbers.set(key, ofKey);
    ofKey.push(Number.parseInt(value, 10));
    stored += 1;
  });
  const verdict: Verdict = { lost: 0, doubled: 0, disordered: 0, stored };
  for (const [key, count] of sent) {
    const read = numbers.get(key) ?? [];
    const different = new Set(read);
    verdict.lost += count - different.size;
    verdict.doubled += read.length - different.size;
    verdict.disordered += read.filter((number, index) => index > 0 && number < read[index - 1]!).length;
  }
  return verdict;
}

/** Hands over every record of a topic, from its beginning to where it ends now. */
export async function readAll(kafka: Kafka, topic: string, take: (key: string, value: string) => void): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const left = new Map(
    (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)] as const),
  );
  await admin.disconnect();
  for (const [partition, high] of left) if (high === 0) left.delete(partition);
  const consumer = kafka.consumer({ groupId: `read-back-${Date.now()}`, maxWaitTimeInMs: 200 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    if (left.size === 0) resolve();
    // a coordinator that is still loading after a restart passes, and the consumer starts again
    consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || reject(payload.error));
    consumer
      .run({
        eachBatch: async ({ batch }) => {
          for (const { key, value } of batch.messages) take(String(key), String(value));
          if (Number(batch.lastOffset()) + 1 >= (left.get(batch.partition) ?? 0)) left.delete(batch.partition);
          if (left.size === 0) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
}
