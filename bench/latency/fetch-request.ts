import type { RawRequest } from '../../functions/aws/kafka/kafkajs-broker.ts';

const FETCH = 1;
/** The oldest one that Kafka 4 still speaks: no sessions, nothing flexible. */
const VERSION = 4;
/** A reader, as opposed to a replica. */
const NO_REPLICA = -1;
const MAX_BYTES = 16 * 1024 * 1024;

export type FetchPosition = { readonly topic: string; readonly partition: number; readonly offset: number };

/** Asks for what is behind an offset; the answer comes as soon as there is anything, else after `maxWaitMs`. */
export function toFetchRequest({ offset, partition, topic }: FetchPosition, maxWaitMs: number): RawRequest {
  const name = Buffer.from(topic);
  const body = Buffer.alloc(43 + name.length);
  let at = 0;
  for (const value of [NO_REPLICA, maxWaitMs, 1, MAX_BYTES]) at = body.writeInt32BE(value, at);
  at = body.writeInt8(0, at); // isolation level: read uncommitted
  at = body.writeInt32BE(1, at); // topics
  at = body.writeInt16BE(name.length, at);
  at += name.copy(body, at);
  at = body.writeInt32BE(1, at); // partitions
  at = body.writeInt32BE(partition, at);
  at = body.writeBigInt64BE(BigInt(offset), at);
  body.writeInt32BE(MAX_BYTES, at);
  return { apiKey: FETCH, apiName: 'Fetch', apiVersion: VERSION, body: [body] };
}

/** The broker does not know yet of a topic that was made just now, or that it leads it. */
const NOT_YET = [3, 6];

/**
 * The offset behind the last record of the answer's one partition, or the given one where it has no record; nothing where
 * the topic is so new that the broker does not know it yet.
 *
 * @throws Error of the broker's error code.
 */
export function nextOffsetIn(answer: Buffer, offset: number): number | undefined {
  let at = 8; // throttle time, number of topics
  at += 2 + answer.readInt16BE(at) + 4; // name of the topic, number of partitions
  const errorCode = answer.readInt16BE(at + 4);
  if (NOT_YET.includes(errorCode)) return undefined;
  if (errorCode !== 0) throw new Error(`The broker answers a fetch with error ${errorCode}`);
  at += 4 + 2 + 8 + 8; // partition, error code, high watermark, last stable offset
  at += 4 + 16 * Math.max(0, answer.readInt32BE(at)); // aborted transactions
  const end = at + 4 + answer.readInt32BE(at);
  let next = offset;
  for (at += 4; at + BATCH_HEAD <= end; at += 12 + answer.readInt32BE(at + 8)) {
    next = Number(answer.readBigInt64BE(at)) + answer.readInt32BE(at + LAST_OFFSET_DELTA) + 1;
  }
  return next;
}

/** Of a record batch: its base offset and length come first. */
const LAST_OFFSET_DELTA = 23;
/** As far as the last offset delta; the last batch of an answer may be cut, and what is cut here doesn't count. */
const BATCH_HEAD = 61;
