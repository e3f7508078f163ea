/** One lane's batch on its way. */
export type OutgoingBatch = { readonly topic: string; readonly partition: number; readonly data: Buffer };

export type PartitionAnswer = { readonly topic: string; readonly partition: number; readonly errorCode: number };

/** Produce, version 7: the newest that kafkajs speaks; every broker from 2.1 on takes it, and the first with zstd. */
export const PRODUCE = { apiKey: 0, apiName: 'Produce', apiVersion: 7 } as const;

const ALL_IN_SYNC_REPLICAS = -1;

/**
 * The body of a produce request as pieces for one `writev`: heads of ours, and between them the batches' own buffers,
 * which are never copied. Batches of one topic have to stand side by side.
 */
export function toProduceBody(batches: readonly OutgoingBatch[], timeoutMs: number): Buffer[] {
  const topics = Map.groupBy(batches, ({ topic }) => topic);
  const start = Buffer.alloc(12);
  start.writeInt16BE(-1, 0); // transactional id: none, we run no transactions
  start.writeInt16BE(ALL_IN_SYNC_REPLICAS, 2);
  start.writeInt32BE(timeoutMs, 4);
  start.writeInt32BE(topics.size, 8);
  const pieces: Buffer[] = [start];
  for (const [topic, ofTopic] of topics) {
    const name = Buffer.from(topic);
    const head = Buffer.alloc(2 + name.length + 4);
    head.writeInt16BE(name.length, 0);
    head.set(name, 2);
    head.writeInt32BE(ofTopic.length, 2 + name.length);
    pieces.push(head);
    for (const { partition, data } of ofTopic) {
      const before = Buffer.alloc(8);
      before.writeInt32BE(partition, 0);
      before.writeInt32BE(data.length, 4);
      pieces.push(before, data);
    }
  }
  return pieces;
}

// base offset, log append time, log start offset
const UNREAD_PER_PARTITION = 24;

/** Every partition's own verdict: one that failed says nothing about its neighbours in the request. */
export function parseProduceAnswer(payload: Buffer): { partitions: PartitionAnswer[]; throttleTimeMs: number } {
  const partitions: PartitionAnswer[] = [];
  let at = 4;
  for (let topics = payload.readInt32BE(0); topics > 0; topics -= 1) {
    const nameEnd = at + 2 + payload.readInt16BE(at);
    const topic = payload.toString('utf8', at + 2, nameEnd);
    at = nameEnd + 4;
    for (let left = payload.readInt32BE(nameEnd); left > 0; left -= 1) {
      partitions.push({ topic, partition: payload.readInt32BE(at), errorCode: payload.readInt16BE(at + 4) });
      at += 6 + UNREAD_PER_PARTITION;
    }
  }
  return { partitions, throttleTimeMs: payload.readInt32BE(at) };
}
