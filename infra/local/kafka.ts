import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, RetriableError } from '../../functions/connect/errors.ts';
import { localKafka } from './kafka-client.ts';
import { type KafkaJars, kafkaJars, toPropertiesText } from './kafka-jars.ts';
import { freePort } from './ports.ts';
import type { ManagedProcess, Run } from './processes.ts';

export type KafkaOptions = {
  /** 1 (the default) or 3: with three, topics have three replicas and need two in sync. */
  readonly nodes?: 1 | 3;
  /** Broker properties that go over ours, for all nodes or per node. Clients come in by the listener `CLIENTS`. */
  readonly properties?: Readonly<Record<string, string>> | ((node: KafkaNode) => Readonly<Record<string, string>>);
  readonly report: (sentence: string) => void;
  /** The port of 127.0.0.1 that clients are told, where they go through a proxy; by default the broker's own. */
  readonly advertise?: (node: KafkaNode) => number;
  /** False where the caller's clients must log in, so that an anonymous one can't see that Kafka is ready. */
  readonly awaitReady?: boolean;
};

export type KafkaNode = { readonly nodeId: number; readonly port: number };

/** One broker; a restart keeps its ports and its data. */
export type KafkaBroker = KafkaNode & {
  readonly address: string;
  /** The process that runs it, or ran it last. */
  process(): ManagedProcess;
  /** Starts it again after its process ended. */
  start(): ManagedProcess;
};

export type LocalKafka = { readonly bootstrapServers: string; readonly brokers: readonly KafkaBroker[] };

type Ports = KafkaNode & { readonly brokerPort: number; readonly controllerPort: number };

const READY_TIMEOUT_MS = 60_000;
// A short life on a busy machine: the quick compiler alone starts in a third of the time and the serial collector
// needs no threads of its own.
const JVM = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xshare:auto'];
const LOGGING = `-Dlog4j2.configurationFile=${join(import.meta.dirname, 'kafka/log4j2.properties')}`;

/** Starts Apache Kafka (KRaft, brokers and controllers in one) on 127.0.0.1 and waits until it answers. */
export async function startKafka(run: Run, options: KafkaOptions): Promise<LocalKafka> {
  const jars = await kafkaJars(options.report);
  const clusterId = randomBytes(16).toString('base64url');
  const nodes: Ports[] = [];
  for (let nodeId = 1; nodeId <= (options.nodes ?? 1); nodeId += 1) {
    nodes.push({
      nodeId,
      port: await freePort(),
      brokerPort: await freePort(),
      controllerPort: await freePort(),
    });
  }
  const brokers = nodes.map((node) => startBroker(run, jars, clusterId, node, nodes, options));
  const bootstrapServers = brokers.map(({ address }) => address).join(',');
  if (options.awaitReady !== false) await awaitReady(bootstrapServers, brokers);
  return { bootstrapServers, brokers };
}

function startBroker(
  run: Run,
  jars: KafkaJars,
  clusterId: string,
  node: Ports,
  nodes: readonly Ports[],
  { properties = {}, advertise = ({ port }) => port }: KafkaOptions,
): KafkaBroker {
  const data = join(run.folder, `kafka-${clusterId.replace(/\W/g, '')}-${node.nodeId}`);
  mkdirSync(data, { recursive: true });
  // what `StorageTool format` would write, without a JVM of its own for each node
  const directoryId = randomBytes(16).toString('base64url');
  const meta = { version: '1', 'cluster.id': clusterId, 'node.id': String(node.nodeId), 'directory.id': directoryId };
  writeFileSync(join(data, 'meta.properties'), toPropertiesText(meta));
  copyFileSync(jars.bootstrapCheckpoint, join(data, 'bootstrap.checkpoint'));
  const file = `${data}.properties`;
  const own = typeof properties === 'function' ? properties(node) : properties;
  writeFileSync(file, toPropertiesText({ ...brokerProperties(node, nodes, data, advertise(node)), ...own }));
  const heap = nodes.length === 1 ? '-Xmx512m' : '-Xmx384m';
  const args = [heap, ...JVM, LOGGING, '-cp', jars.classPath, 'kafka.Kafka', file];
  const start = () => run.start(nodes.length === 1 ? 'kafka' : `kafka-${node.nodeId}`, 'java', args);
  let running = start();
  return {
    nodeId: node.nodeId,
    port: node.port,
    address: `127.0.0.1:${node.port}`,
    process: () => running,
    start: () => {
      running = start();
      return running;
    },
  };
}

function brokerProperties(
  node: Ports,
  nodes: readonly Ports[],
  data: string,
  advertised: number,
): Record<string, string> {
  const replicas = String(nodes.length);
  const inSync = nodes.length === 1 ? '1' : '2';
  const brokers = `BROKERS://127.0.0.1:${node.brokerPort}`;
  return {
    'process.roles': 'broker,controller',
    'node.id': String(node.nodeId),
    'controller.quorum.voters': nodes.map((each) => `${each.nodeId}@127.0.0.1:${each.controllerPort}`).join(','),
    listeners: `CLIENTS://127.0.0.1:${node.port},${brokers},CONTROLLER://127.0.0.1:${node.controllerPort}`,
    'advertised.listeners': `CLIENTS://127.0.0.1:${advertised},${brokers}`,
    'listener.security.protocol.map': 'CLIENTS:PLAINTEXT,BROKERS:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'BROKERS',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': data,
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    'group.initial.rebalance.delay.ms': '0',
  };
}

/** Ready is when every broker is registered, as a client sees it. */
async function awaitReady(bootstrapServers: string, brokers: readonly KafkaBroker[]): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  const ended = Promise.race(brokers.map((broker) => broker.process().exited.then((code) => ({ broker, code }))));
  for (;;) {
    const answered = await brokersOf(bootstrapServers, 2000).catch(() => 0);
    if (answered === brokers.length) return;
    const stopped = await Promise.race([ended, sleep(100)]);
    if (stopped) throw notStarted(`ended with ${stopped.code}`, stopped.broker);
    if (performance.now() > deadline) throw notStarted(`did not answer within ${READY_TIMEOUT_MS} ms`, brokers[0]!);
  }
}

const notStarted = (what: string, broker: KafkaBroker) =>
  new RetriableError('SERVICE_UNAVAILABLE', `Kafka ${what}, see ${broker.process().logFile}`);

/** Makes sure within the time that a Kafka of one's own answers. */
export async function reachKafka(bootstrapServers: string, timeoutMs = 10_000): Promise<void> {
  try {
    await brokersOf(bootstrapServers, timeoutMs);
  } catch (error) {
    throw new RetriableError(
      'SERVICE_UNAVAILABLE',
      `Expected a Kafka broker at ${bootstrapServers}, got no answer (${messageOf(error)}): start it, or change KAFKA_BOOTSTRAP_SERVERS`,
      { cause: error },
    );
  }
}

/** How many brokers the cluster has, by an anonymous client. */
async function brokersOf(bootstrapServers: string, timeoutMs: number): Promise<number> {
  const admin = localKafka(bootstrapServers, { connectionTimeout: timeoutMs, retry: { retries: 0 } }).admin();
  const answer = async () => {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length;
  };
  const late = sleep(timeoutMs, undefined, { ref: false }).then(() => {
    throw new Error(`no answer within ${timeoutMs} ms`);
  });
  try {
    return await Promise.race([answer(), late]);
  } finally {
    await admin.disconnect();
  }
}
