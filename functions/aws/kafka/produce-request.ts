/** One lane's batch on its way. */
export type OutgoingBatch = { readonly topic: string; readonly partition: number; readonly data: Buffer };

export type PartitionAnswer = { readonly topic: string; readonly partition: number; readonly errorCode: number };

/** Produce, version 7: the newest that kafkajs speaks; every broker from 2.1 on takes it, and the first with zstd. */
export const PRODUCE = { apiKey: 0, apiName: 'Produce', apiVersion: 7 } as const;

const ALL_IN_SYNC_REPLICAS = -1;

/** Transactional id, acknowledgements, timeout, number of topics. */
const START_BYTES = 12;
/** Length of its name, number of its partitions. */
const TOPIC_BYTES = 6;
/** Partition, length of its batch. */
const PARTITION_BYTES = 8;

/**
 * The body of a produce request as pieces for one `writev`: the batches' own buffers, which are never copied, and before
 * each of them what stands between it and the one before.
 */
export function toProduceBody(batches: readonly OutgoingBatch[], timeoutMs: number): Buffer[] {
  const topics = Map.groupBy(batches, ({ topic }) => topic);
  let ownBytes = START_BYTES + batches.length * PARTITION_BYTES;
  for (const topic of topics.keys()) ownBytes += TOPIC_BYTES + Buffer.byteLength(topic);
  const own = Buffer.allocUnsafe(ownBytes);
  let at = own.writeInt16BE(-1, 0); // transactional id: none, we run no transactions
  at = own.writeInt16BE(ALL_IN_SYNC_REPLICAS, at);
  at = own.writeInt32BE(timeoutMs, at);
  at = own.writeInt32BE(topics.size, at);
  const pieces: Buffer[] = [];
  let from = 0;
  for (const [topic, ofTopic] of topics) {
    const nameBytes = own.write(topic, at + 2);
    own.writeInt16BE(nameBytes, at);
    at = own.writeInt32BE(ofTopic.length, at + 2 + nameBytes);
    for (const { partition, data } of ofTopic) {
      at = own.writeInt32BE(partition, at);
      at = own.writeInt32BE(data.length, at);
      pieces.push(own.subarray(from, at), data);
      from = at;
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
