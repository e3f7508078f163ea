import { createRequire } from 'node:module';
import type { Cluster } from '../../../../functions/aws/kafka/cluster.ts';
import type { Identity } from '../../../../functions/aws/kafka/identity.ts';
import type { BrokerConnection } from '../../../../functions/aws/kafka/kafkajs-broker.ts';
import { openProducer, type ProducerParts } from '../../../../functions/aws/kafka/open-producer.ts';
import type { Producer } from '../../../../functions/aws/kafka/producer.ts';
import { parseProducerSettings } from '../../../../functions/aws/kafka/settings.ts';
import { silentLog } from '../../../support/silent-log.ts';

const require = createRequire(import.meta.url);
const decodeRecordBatch = require('kafkajs/src/protocol/recordBatch/v0/decoder.js') as (
  decoder: unknown,
) => Promise<{ records: { value: Buffer }[] }>;
const Decoder = require('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => object;

/** A batch as it reached a broker. */
export type Arrived = {
  readonly nodeId: number;
  readonly partition: number;
  readonly epoch: number;
  readonly sequence: number;
  readonly values: readonly string[];
};

/** What a broker does with a batch: an error code, or it stores the batch and the answer is lost, or leaves it out of its answer. */
export type Reaction = number | 'lose the answer' | 'leave it out';

export type FakeOptions = {
  /** The leader's node id by partition; a test moves a leader by changing it, and the producer sees it at its next refresh. */
  readonly leaders: number[];
  /** 0, the default, stores the batch as a broker would: once, in sequence, for the newest epoch. */
  readonly react?: (batch: Arrived, count: number) => Reaction;
  readonly parts?: Partial<ProducerParts>;
  readonly overrides?: Record<string, string>;
  readonly maxMessageBytes?: number;
};

export type Fake = {
  readonly producer: Producer;
  readonly arrived: Arrived[];
  /** What is stored, by partition. */
  readonly logs: string[][];
  readonly metrics: string[];
  readonly raised: () => number;
};

/** A producer over brokers in memory that check sequences and epochs as Apache Kafka does. */
export function fakeProducer({ leaders, react = () => 0, parts, overrides = {}, maxMessageBytes }: FakeOptions): Fake {
  const arrived: Arrived[] = [];
  const logs: string[][] = leaders.map(() => []);
  const ends = new Map<number, { epoch: number; next: number; last: number }>();
  const metrics: string[] = [];
  let known = [...leaders];
  let current = { producerId: 7n, epoch: 0 };

  function store({ partition, epoch, sequence, values }: Arrived): number {
    const end = ends.get(partition);
    if (end && epoch < end.epoch) return 47;
    if (end && epoch === end.epoch && sequence === end.last) return 0;
    if (sequence !== (end?.epoch === epoch ? end.next : 0)) return 45;
    ends.set(partition, { epoch, next: sequence + values.length, last: sequence });
    logs[partition]!.push(...values);
    return 0;
  }

  async function answer(nodeId: number, body: readonly Buffer[]): Promise<Buffer> {
    const answers: [number, number][] = [];
    let isLost = false;
    for (const batch of await parse(nodeId, Buffer.concat(body))) {
      arrived.push(batch);
      const same = arrived.filter(({ partition, sequence, epoch }) => {
        return partition === batch.partition && sequence === batch.sequence && epoch === batch.epoch;
      });
      const reaction = leaders[batch.partition] === nodeId ? react(batch, same.length) : 6;
      if (reaction === 'lose the answer') isLost = true;
      if (reaction === 0 || reaction === 'lose the answer') answers.push([batch.partition, store(batch)]);
      else if (reaction !== 'leave it out') answers.push([batch.partition, reaction]);
    }
    if (isLost) throw new Error('Closed connection');
    return toAnswer(answers);
  }

  const connection = (nodeId: number): BrokerConnection => ({
    host: 'broker',
    port: nodeId,
    isOpen: () => true,
    maxVersion: () => 99,
    request: () => Promise.reject(new Error('Not faked')),
    requestRaw: ({ body }) => answer(nodeId, body),
    throttle: () => undefined,
    close: () => undefined,
  });
  const identity: Identity = {
    get current() {
      return current;
    },
    async raise(from) {
      if (from.epoch === current.epoch) current = { ...current, epoch: current.epoch + 1 };
    },
  };
  const cluster = {
    openNode: connection,
    drop: () => undefined,
    close: () => undefined,
  } as Partial<Cluster> as Cluster;
  const producer = openProducer({
    cluster,
    identity,
    topics: {
      get: (name) => ({ name, leaders: known, maxMessageBytes: maxMessageBytes ?? Number.POSITIVE_INFINITY }),
      ensure: async () => undefined,
      refresh: async () => {
        known = [...leaders];
      },
    },
    settings: parseProducerSettings(overrides, silentLog),
    bufferBytes: 1_000_000,
    log: silentLog,
    metrics: { add: (name) => metrics.push(name) },
    now: () => performance.now(),
    wallClock: () => 1_764_000_000_000,
    random: () => 0,
    ...parts,
  });
  return { producer, arrived, logs, metrics, raised: () => current.epoch };
}

async function parse(nodeId: number, body: Buffer): Promise<Arrived[]> {
  const batches: Arrived[] = [];
  let at = 12;
  for (let topics = body.readInt32BE(8); topics > 0; topics -= 1) {
    at += 2 + body.readInt16BE(at);
    const partitions = body.readInt32BE(at);
    at += 4;
    for (let left = partitions; left > 0; left -= 1) {
      const bytes = body.subarray(at + 8, at + 8 + body.readInt32BE(at + 4));
      const { records } = await decodeRecordBatch(new Decoder(bytes));
      batches.push({
        nodeId,
        partition: body.readInt32BE(at),
        epoch: bytes.readInt16BE(51),
        sequence: bytes.readInt32BE(53),
        values: records.map(({ value }) => String(value)),
      });
      at += 8 + bytes.length;
    }
  }
  return batches;
}

function toAnswer(answers: readonly [partition: number, errorCode: number][]): Buffer {
  const topic = Buffer.from('orders');
  const head = Buffer.alloc(4 + 2 + topic.length + 4);
  head.writeInt32BE(1, 0);
  head.writeInt16BE(topic.length, 4);
  head.set(topic, 6);
  head.writeInt32BE(answers.length, 6 + topic.length);
  const partitions = answers.map(([partition, errorCode]) => {
    const bytes = Buffer.alloc(30);
    bytes.writeInt32BE(partition, 0);
    bytes.writeInt16BE(errorCode, 4);
    return bytes;
  });
  return Buffer.concat([head, ...partitions, Buffer.alloc(4)]);
}
