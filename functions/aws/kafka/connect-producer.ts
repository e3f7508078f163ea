import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectorError, DataError, messageOf, RetriableError } from '../../connect/errors.ts';
import type { Log } from '../../connect/log.ts';
import type { Metrics } from '../../connect/metrics.ts';
import type { KafkaAuth } from './auth.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { openDispatcher } from './dispatcher.ts';
import { type Identity, openIdentity } from './identity.ts';
import { type Batch, Delivery } from './lane.ts';
import { type Lanes, openLanes } from './lanes.ts';
import type { Producer, ProducerDeps, ProducerRecord } from './producer.ts';
import { openSender } from './sender.ts';
import { parseProducerSettings } from './settings.ts';
import { parseTopicCreation } from './topic-creation.ts';
import { openTopics, type Topics } from './topics.ts';

export type ProducerOptions = {
  readonly bootstrapServers: readonly string[];
  readonly auth: KafkaAuth;
  /** The same for all tasks of a connector over time: a newer one shuts an older one out. */
  readonly transactionalId: string;
  readonly clientId?: string;
  /** `producer.override.*`, without that prefix. */
  readonly overrides: Readonly<Record<string, string>>;
  /** The connector's `topic.creation.*` properties, with their full names. */
  readonly topicCreation: Readonly<Record<string, string>>;
  /** `room()` holds the caller back while more than these bytes are unacknowledged. */
  readonly bufferBytes: number;
  readonly log: Log;
  readonly metrics: Metrics;
};

const CONNECT_TIMEOUT_MS = 10_000;
/** One try; with the bootstrap servers of three zones two may be down. */
const CONNECTION_TIMEOUT_MS = 3000;
const REQUEST_TIMEOUT_MS = 15_000;
/** As the Java producer's `metadata.max.age.ms`: how long new partitions may go unseen. */
const METADATA_AGE_MS = 300_000;
/**
 * Brokers forget a transactional id after 7 days without a transaction, and a forgotten one shuts nobody out: the next
 * task would get a new producer id. Raising the epoch counts as use.
 */
const CLAIM_AGE_MS = 86_400_000;

/**
 * Connects to Kafka and claims the transactional id, which shuts out older tasks of the connector.
 *
 * @throws RetriableError KAFKA_UNREACHABLE; ConfigError CONFIG_INVALID, KAFKA_REFUSED
 */
export async function connectProducer(options: ProducerOptions, deps: ProducerDeps = {}): Promise<Producer> {
  const { log } = options;
  const now = () => performance.now();
  const settings = parseProducerSettings(options.overrides, log);
  const creation = parseTopicCreation(options.topicCreation);
  const cluster = openCluster(options.bootstrapServers, {
    clientId: options.clientId ?? options.transactionalId,
    auth: options.auth,
    connectionTimeoutMs: CONNECTION_TIMEOUT_MS,
    requestTimeoutMs: Math.min(REQUEST_TIMEOUT_MS, settings.deliveryTimeoutMs),
  });
  const claim = { transactionalId: options.transactionalId, timeoutMs: settings.maxBlockMs, now };
  try {
    await reach(cluster, options.bootstrapServers);
    const identity = await openIdentity(cluster, claim);
    const topics = openTopics({ cluster, creation, log, now, maxBlockMs: settings.maxBlockMs });
    return openProducer({ ...options, ...deps, cluster, topics, identity, settings, now });
  } catch (error) {
    cluster.close();
    throw error;
  }
}

async function reach(cluster: Cluster, bootstrapServers: readonly string[]): Promise<void> {
  const servers = bootstrapServers.join(',');
  const late = sleep(CONNECT_TIMEOUT_MS, undefined, { ref: false }).then(() => {
    throw new RetriableError('KAFKA_UNREACHABLE', `No answer within ${CONNECT_TIMEOUT_MS} ms`);
  });
  try {
    await Promise.race([cluster.any(), late]);
  } catch (error) {
    if (!(error instanceof RetriableError)) throw error;
    const message = `No Kafka broker of ${servers} answered: ${messageOf(error)}`;
    throw new RetriableError('KAFKA_UNREACHABLE', message, { cause: error });
  }
}

type ProducerParts = ProducerOptions &
  ProducerDeps & {
    readonly cluster: Cluster;
    readonly topics: Topics;
    readonly identity: Identity;
    readonly settings: ReturnType<typeof parseProducerSettings>;
    readonly now: () => number;
  };

function openProducer(parts: ProducerParts): Producer {
  const { cluster, topics, identity, log, bufferBytes } = parts;
  let failure: ConnectorError | undefined;
  let isClosed = false;
  let unacknowledged = 0;
  /** Calls that wait for a topic's metadata; later ones queue behind them, to keep the order. */
  let admission: Promise<unknown> | undefined;
  const waitingForRoom: (() => void)[] = [];
  const deliveries = new Set<Delivery>();

  const sender = openSender({
    ...parts,
    wallClock: Date.now,
    onSettled,
    onAgain: ({ lane }) => dispatcher.wake(lane),
    onFailure,
  });
  const dispatcher = openDispatcher({ ...parts, sender });
  const lanes: Lanes = openLanes(topics, Math.random);
  const chores = [
    setInterval(
      () => topics.refresh().catch((error) => log.debug('Metadata not refreshed', { why: messageOf(error) })),
      METADATA_AGE_MS,
    ),
    setInterval(() => identity.raise(identity.current).catch(onChoreFailure), CLAIM_AGE_MS),
  ].map((timer) => timer.unref());

  function send(records: readonly ProducerRecord[]): Promise<void> {
    const refusal =
      failure ?? (isClosed ? new RetriableError('KAFKA_UNREACHABLE', 'The producer is closed') : undefined);
    if (refusal) return Promise.reject(refusal);
    if (records.length === 0) return Promise.resolve();
    const names = lanes.unknownTopics(records);
    if (admission === undefined && names.length === 0) return enqueue(records);
    return admit(records, names);
  }

  function admit(records: readonly ProducerRecord[], names: readonly string[]): Promise<void> {
    const before = admission;
    const admitted = (async () => {
      await before;
      if (failure) throw failure;
      await topics.ensure(names);
      // an object, as a promise would be awaited here and the next call would wait for its records to be stored
      return { delivered: enqueue(records) };
    })();
    const settled = admitted.then(
      () => undefined,
      (error: ConnectorError) => onFailure(error),
    );
    admission = settled;
    void settled.then(() => {
      if (admission === settled) admission = undefined;
    });
    return admitted.then(({ delivered }) => delivered);
  }

  function enqueue(records: readonly ProducerRecord[]): Promise<void> {
    if (failure) return Promise.reject(failure);
    const delivery = new Delivery(records.length);
    deliveries.add(delivery);
    for (const record of records) {
      const lane = lanes.laneOf(record);
      if (lane === undefined) reject(record, delivery);
      else {
        unacknowledged += lane.push(record, delivery);
        dispatcher.wake(lane);
      }
    }
    return delivery.promise.finally(() => deliveries.delete(delivery));
  }

  function reject(record: ProducerRecord, delivery: Delivery): void {
    const message = `Expected a partition of ${record.topic}, got ${record.partition}`;
    const error = new DataError('RECORD_INVALID', message);
    const taken = parts.onRejected?.(record, error) ?? Promise.reject(error);
    taken.then(
      () => delivery.settle(1),
      () => onFailure(error),
    );
  }

  function onSettled({ bytes, lane }: Batch): void {
    unacknowledged -= bytes;
    dispatcher.wake(lane);
    if (unacknowledged < bufferBytes) for (const resolve of waitingForRoom.splice(0)) resolve();
  }

  function onFailure(error: ConnectorError): void {
    if (failure) return;
    failure = error;
    dispatcher.stop();
    for (const delivery of deliveries) delivery.reject(error);
    for (const resolve of waitingForRoom.splice(0)) resolve();
    cluster.close();
  }

  function onChoreFailure(error: unknown): void {
    if (error instanceof RetriableError) log.warn('Producer epoch not renewed', { why: error.message });
    else onFailure(error as ConnectorError);
  }

  async function room(): Promise<void> {
    if (failure) throw failure;
    if (unacknowledged < bufferBytes) return;
    await new Promise<void>((resolve) => waitingForRoom.push(resolve));
    return room();
  }

  async function prepare(names: readonly string[]): Promise<void> {
    if (failure) throw failure;
    await topics.ensure(names);
  }

  async function close(): Promise<void> {
    isClosed = true;
    await admission;
    await Promise.allSettled([...deliveries].map(({ promise }) => promise));
    for (const timer of chores) clearInterval(timer);
    dispatcher.stop();
    cluster.close();
  }

  return { send, room, prepare, close, [Symbol.asyncDispose]: close };
}
