import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';

/**
 * What `producer.send()` of kafkajs 2.2.4 does, by its own modules over brokers in memory: why the port does not stand on it.
 * The same situations pass in open-producer.test.ts. Should one of these fail, kafkajs has changed.
 */
const require = createRequire(import.meta.url);
type Message = { partition: number; value: string };
type Broker = {
  nodeId: string;
  initProducerId(): Promise<unknown>;
  produce(request: ProduceRequest): Promise<unknown>;
};
type ProduceRequest = {
  topicData: { partitions: { partition: number; firstSequence?: number; messages: Message[] }[] }[];
};
const createSend = require('kafkajs/src/producer/sendMessages.js') as (
  parts: unknown,
) => (request: unknown) => Promise<unknown[]>;
const createEosManager = require('kafkajs/src/producer/eosManager/index.js') as (parts: unknown) => {
  initProducerId(): Promise<void>;
  updateSequence(topic: string, partition: number, by: number): void;
  getSequence(topic: string, partition: number): number;
};
const createRetry = require('kafkajs/src/retry/index.js') as (options: unknown) => unknown;
const { createErrorFromCode } = require('kafkajs/src/protocol/error.js') as {
  createErrorFromCode(code: number): Error;
};
const { KafkaJSRequestTimeoutError } = require('kafkajs/src/errors.js') as {
  KafkaJSRequestTimeoutError: new (message: string) => Error;
};

const nothing = () => undefined;
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const NOT_LEADER = 6;
const OUT_OF_ORDER_SEQUENCE = 45;

type Leaders = Record<number, string>;

/** An idempotent kafkajs producer over `brokers`; the leaders are `after` from the first refresh on. */
async function kafkajsSend(brokers: readonly Broker[], before: Leaders, after: Leaders = before) {
  let leaders = before;
  const brokerOf = (nodeId: string) => brokers.find((each) => each.nodeId === nodeId);
  const cluster = {
    retry: {},
    targetTopics: new Set(),
    isConnected: () => true,
    refreshMetadataIfNecessary: async () => undefined,
    addMultipleTargetTopics: async () => undefined,
    refreshMetadata: async () => {
      leaders = after;
    },
    findControllerBroker: async () => brokers[0],
    removeBroker: nothing,
    findTopicPartitionMetadata: () => Object.keys(before).map((id) => ({ partitionId: Number(id) })),
    findBroker: async ({ nodeId }: { nodeId: string }) => brokerOf(nodeId),
    findLeaderForPartitions: (_: string, partitions: (string | number)[]) =>
      Object.groupBy(partitions.map(Number), (partition) => leaders[partition]!),
  };
  const eosManager = createEosManager({ logger, cluster, transactional: false });
  await eosManager.initProducerId();
  const partitioner = ({ message }: { message: Message }) => message.partition;
  const retrier = createRetry({ initialRetryTime: 5, retries: 5 });
  const send = createSend({ logger, cluster, eosManager, partitioner, retrier });
  return (messages: readonly Message[]) => send({ acks: -1, topicMessages: [{ topic: 't', messages }] });
}

function broker(
  nodeId: string,
  logs: string[][],
  fail: (request: ProduceRequest) => Error | undefined = () => undefined,
): Broker {
  return {
    nodeId,
    initProducerId: async () => ({ producerId: 7, producerEpoch: 0 }),
    async produce(request) {
      const failure = fail(request);
      if (failure) throw failure;
      const { partitions } = request.topicData[0]!;
      for (const { partition, messages } of partitions) logs[partition]!.push(...messages.map(({ value }) => value));
      return {
        topics: [{ topicName: 't', partitions: partitions.map(({ partition }) => ({ partition, errorCode: 0 })) }],
      };
    },
  };
}

const once = (error: Error) => {
  let left: Error | undefined = error;
  return () => {
    const now = left;
    left = undefined;
    return now;
  };
};

describe('kafkajs’s own send', () => {
  test('K1: resolves although the record of a partition whose leader moved is stored nowhere', async () => {
    const logs: string[][] = [[], []];
    const a = broker('A', logs, once(createErrorFromCode(NOT_LEADER)));
    const send = await kafkajsSend([a, broker('B', logs)], { 0: 'A', 1: 'B' }, { 0: 'B', 1: 'B' });
    await send([
      { partition: 0, value: 'm0' },
      { partition: 1, value: 'm1' },
    ]);
    expect(logs).toEqual([[], ['m1']]);
  });

  test('K2: stores a record twice that was acknowledged before its neighbour’s leader moved', async () => {
    const logs: string[][] = [[], []];
    const a = broker('A', logs, once(createErrorFromCode(NOT_LEADER)));
    const send = await kafkajsSend([a, broker('B', logs)], { 0: 'A', 1: 'B' }, { 0: 'A', 1: 'A' });
    await send([
      { partition: 0, value: 'm0' },
      { partition: 1, value: 'm1' },
    ]);
    expect(logs).toEqual([['m0'], ['m1', 'm1']]);
  });

  test('K3: with two sends at once and a lost answer one record is stored twice and the other not at all', async () => {
    const log: string[] = [];
    const stored = new Set<string>();
    let isFirst = true;
    const only: Broker = {
      ...broker('A', [log]),
      async produce({ topicData }) {
        const { firstSequence = 0, messages } = topicData[0]!.partitions[0]!;
        // as a broker does: a batch with the same first and last sequence is the same batch
        const sequences = `${firstSequence}-${firstSequence + messages.length - 1}`;
        if (!stored.has(sequences)) log.push(...messages.map(({ value }) => value));
        stored.add(sequences);
        if (isFirst) {
          isFirst = false;
          throw new KafkaJSRequestTimeoutError('The answer was lost');
        }
        return { topics: [{ topicName: 't', partitions: [{ partition: 0, errorCode: 0 }] }] };
      },
    };
    const send = await kafkajsSend([only], { 0: 'A' });
    await Promise.all([send([{ partition: 0, value: 'm1' }]), send([{ partition: 0, value: 'm2' }])]);
    expect(log).toEqual(['m1', 'm1']);
  });

  test('K4: never asks for a new id after the broker lost its sequence', async () => {
    let ids = 0;
    const failing = broker('A', [[]], () => createErrorFromCode(OUT_OF_ORDER_SEQUENCE));
    const counting = {
      ...failing,
      initProducerId: async () => {
        ids += 1;
        return { producerId: 7, producerEpoch: 0 };
      },
    };
    const send = await kafkajsSend([counting], { 0: 'A' });
    for (const value of ['a', 'b']) await expect(send([{ partition: 0, value }])).rejects.toThrow();
    expect(ids).toBe(1);
  });

  test('K6: jumps to sequence 0 where the broker expects it to wrap', async () => {
    const cluster = {
      retry: {},
      refreshMetadataIfNecessary: async () => undefined,
      findControllerBroker: async () => broker('A', [[]]),
    };
    const eosManager = createEosManager({ logger, cluster, transactional: false });
    await eosManager.initProducerId();
    eosManager.updateSequence('t', 0, 2_147_483_600);
    eosManager.updateSequence('t', 0, 100);
    expect(eosManager.getSequence('t', 0)).toBe(0);
  });
});
