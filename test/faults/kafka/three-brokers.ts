import type { Admin } from 'kafkajs';
import { type KafkaBroker, startKafka } from '../../../infra/local/kafka.ts';
import { localKafka } from '../../../infra/local/kafka-client.ts';
import { openRun } from '../../../infra/local/processes.ts';
import { openTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import { until } from '../../support/until.ts';

export const TOPIC = 'load';
export const PARTITIONS = 12;

/** Three brokers whose clients go through proxies; the topic has three replicas and needs two in sync. */
export type ThreeBrokers = AsyncDisposable & {
  /** For clients under test: through the proxies. */
  readonly bootstrapServers: string;
  readonly brokers: readonly KafkaBroker[];
  readonly proxies: readonly TcpProxy[];
  readonly admin: Admin;
  /** Waits until every replica has caught up, so that the next fault meets a whole cluster. */
  awaitInSync(): Promise<void>;
};

export async function openThreeBrokers(report: (line: string) => void): Promise<ThreeBrokers> {
  await using stack = new AsyncDisposableStack();
  const run = stack.use(await openRun());
  const ports = new Map<number, number>();
  const proxies: TcpProxy[] = [];
  for (const nodeId of [1, 2, 3])
    proxies.push(stack.use(await openTcpProxy('127.0.0.1', () => ports.get(nodeId) ?? 0)));
  const { brokers } = await startKafka(run, {
    nodes: 3,
    report,
    advertise({ nodeId, port }) {
      ports.set(nodeId, port);
      return proxies[nodeId - 1]!.port;
    },
    properties: {
      // a paused broker loses its partitions soon, and gets them back soon after
      'broker.session.timeout.ms': '6000',
      'leader.imbalance.check.interval.seconds': '3',
      'leader.imbalance.per.broker.percentage': '0',
      'auto.create.topics.enable': 'false',
    },
  });
  // one by one they would wait for each other's elections
  stack.defer(() => Promise.all(brokers.map((broker) => broker.process().stop(0))).then(() => undefined));
  const bootstrapServers = proxies.map(({ port }) => `127.0.0.1:${port}`).join(',');
  const admin = localKafka(bootstrapServers, { retry: { retries: 20, maxRetryTime: 1000 } }).admin();
  await admin.connect();
  stack.defer(() => admin.disconnect());
  await admin.createTopics({
    topics: [{ topic: TOPIC, numPartitions: PARTITIONS, replicationFactor: 3 }],
    waitForLeaders: false,
  });

  const isInSync = async () => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [TOPIC] });
    return topics[0]!.partitions.every(({ isr, leader }) => isr.length === 3 && leader >= 0);
  };
  // while a broker is gone, or has not heard of the topic, the admin fails: not yet
  const awaitInSync = () => until('all replicas are in sync', () => isInSync().catch(() => false), 90_000);
  await awaitInSync();
  const owned = stack.move();
  return {
    bootstrapServers,
    brokers,
    proxies,
    admin,
    awaitInSync,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
