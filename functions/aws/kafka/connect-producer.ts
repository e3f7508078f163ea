import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, RetriableError } from '../../connect/errors.ts';
import type { Log } from '../../connect/log.ts';
import type { Metrics } from '../../connect/metrics.ts';
import type { KafkaAuth } from './auth.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { openIdentity } from './identity.ts';
import { openProducer } from './open-producer.ts';
import type { Producer, ProducerDeps } from './producer.ts';
import { parseProducerSettings } from './settings.ts';
import { parseTopicCreation } from './topic-creation.ts';
import { openTopics } from './topics.ts';

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
    return openProducer({
      ...options,
      ...deps,
      cluster,
      topics,
      identity,
      settings,
      now,
      wallClock: Date.now,
      random: Math.random,
    });
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
