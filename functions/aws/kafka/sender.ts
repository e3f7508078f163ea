import {
  ConfigError,
  ConnectorError,
  DataError,
  messageOf,
  RetriableError,
  StoppedError,
} from '../../connect/errors.ts';
import type { Log } from '../../connect/log.ts';
import type { Metrics } from '../../connect/metrics.ts';
import { topicPartitionOf } from '../../connect/records.ts';
import type { Cluster } from './cluster.ts';
import { codecs } from './codecs.ts';
import { originOf } from './delivery.ts';
import type { Identity } from './identity.ts';
import type { BrokerConnection } from './kafkajs-broker.ts';
import type { Batch } from './lane.ts';
import { classifyProduceError, nameOfCode, type Verdict } from './produce-errors.ts';
import { PRODUCE, parseProduceAnswer, toProduceBody } from './produce-request.ts';
import type { ProducerDeps } from './producer.ts';
import { readRecords } from './read-records.ts';
import { toBatch, toCompressedBatch } from './record-batch.ts';
import { recordBytes } from './record-bytes.ts';
import type { ProducerSettings } from './settings.ts';
import type { Topics } from './topics.ts';

export type SenderDeps = ProducerDeps & {
  readonly cluster: Cluster;
  readonly topics: Topics;
  readonly identity: Identity;
  readonly settings: ProducerSettings;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** A batch's records are settled: stored, or taken over by `onRejected`. */
  readonly onSettled: (batch: Batch) => void;
  /** The batch's lane has something to send again. */
  readonly onAgain: (batch: Batch) => void;
  /** The end of the producer. */
  readonly onFailure: (error: ConnectorError) => void;
};

export type Sender = {
  /** Sends batches of several lanes to their leader and deals with each one's own answer; never rejects. */
  send(nodeId: number, batches: readonly Batch[]): Promise<void>;
  /** Sends it again after a pause; `why` is what an operator reads if that never helps. */
  retry(batch: Batch, why: string, refresh: boolean): void;
};

/** How long a broker waits for its in-sync replicas before it answers REQUEST_TIMED_OUT. */
const REPLICATION_TIMEOUT_MS = 10_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;
/** A leader that moves costs a try or two; from this one on, about two seconds, somebody may wonder. */
const WORTH_A_WARNING = 6;

/**
 * What happens to a batch on its way.
 *
 * A try that failed without an answer may have been stored, so the very same bytes are sent again, with the same
 * sequence, until the broker has told what became of them: it takes them once.
 */
export function openSender(deps: SenderDeps): Sender {
  const { cluster, topics, identity, settings, log, metrics, now } = deps;
  const codec = codecs[settings.compression];

  async function send(nodeId: number, batches: readonly Batch[]): Promise<void> {
    let connection: BrokerConnection | undefined;
    try {
      connection = cluster.openNode(nodeId) ?? (await cluster.node(nodeId));
      await allOf(batches.map(encode));
      const fitting = batches.filter((batch) => !isTooLarge(batch));
      const large = batches.filter((batch) => !fitting.includes(batch));
      const halved = allOf(large.map((batch) => act(batch, TOO_LARGE, 'it is over the limit')));
      if (fitting.length > 0) await exchange(connection, fitting);
      await halved;
    } catch (error) {
      if (connection) cluster.drop(connection);
      if (error instanceof ConnectorError && !(error instanceof RetriableError)) return deps.onFailure(error);
      for (const batch of batches) if (batch.lane.inFlight === batch) retry(batch, messageOf(error), true);
    }
  }

  function encode(batch: Batch): Promise<void> | undefined {
    if (batch.encoded) return undefined;
    const own = batch.lane.identify(identity.current);
    if (codec.id === 0) {
      batch.encoded = { data: toBatch(batch.records, own), identity: own };
      return undefined;
    }
    return toCompressedBatch(batch.records, own, codec).then((data) => {
      batch.encoded = { data, identity: own };
    });
  }

  function isTooLarge({ lane, records, encoded }: Batch): boolean {
    const ofTopic = topics.get(lane.topic)?.maxMessageBytes ?? Number.POSITIVE_INFINITY;
    const ofRequest = records.count === 1 ? settings.maxRequestBytes : undefined;
    return encoded!.data.length > Math.min(ofTopic, ofRequest ?? Number.POSITIVE_INFINITY);
  }

  async function exchange(connection: BrokerConnection, batches: readonly Batch[]): Promise<void> {
    deps.checkOwner?.();
    const outgoing = batches.map(({ lane, encoded }) => ({
      topic: lane.topic,
      partition: lane.partition,
      data: encoded!.data,
    }));
    for (const batch of batches) batch.sent += 1;
    const payload = await connection.requestRaw({ ...PRODUCE, body: toProduceBody(outgoing, REPLICATION_TIMEOUT_MS) });
    const { partitions, throttleTimeMs } = parseProduceAnswer(payload);
    connection.throttle(throttleTimeMs);
    await allOf(
      batches.map((batch) => {
        const { topic, partition } = batch.lane;
        const answer = partitions.find((each) => each.partition === partition && each.topic === topic);
        // a partition that the answer leaves out is not stored (K1)
        if (!answer) return retry(batch, 'the answer leaves it out', true);
        return act(batch, classifyProduceError(answer.errorCode, batch.sent > 1), nameOfCode(answer.errorCode));
      }),
    );
  }

  /** Never rejects, so that no lane's verdict is lost to a neighbour's trouble. */
  function act(batch: Batch, verdict: Verdict, why: string): Promise<void> | void {
    switch (verdict.action) {
      case 'stored':
        return settle(batch);
      case 'retry':
        return retry(batch, why, verdict.refresh);
      case 'restart':
        return restart(batch, why);
      case 'split':
        return split(batch, verdict.because, why);
      case 'fenced':
        return deps.onFailure(
          new StoppedError('PRODUCER_FENCED', `A newer task produces to ${topicPartitionOf(batch.lane)} (${why})`),
        );
      case 'refused': {
        const message = `Kafka refused records for ${topicPartitionOf(batch.lane)}: ${why}`;
        return deps.onFailure(new ConfigError([{ property: '', message }], 'KAFKA_REFUSED'));
      }
    }
  }

  function settle(batch: Batch): void {
    batch.lane.settle(batch);
    deps.onSettled(batch);
  }

  function retry(batch: Batch, why: string, refresh: boolean): void {
    const { lane } = batch;
    batch.failures += 1;
    const triedFor = now() - (batch.firstTriedAt ?? now());
    if (triedFor > settings.deliveryTimeoutMs) {
      const message = `Kafka acknowledged nothing for ${topicPartitionOf(lane)} within delivery.timeout.ms (${settings.deliveryTimeoutMs} ms): ${why}`;
      deps.onFailure(new RetriableError('KAFKA_DELIVERY_TIMEOUT', message, { details: { ...lane.name, why } }));
      return;
    }
    lane.pausedUntil = now() + Math.min(FIRST_PAUSE_MS * 2 ** (batch.failures - 1), LONGEST_PAUSE_MS);
    lane.putBack(batch);
    const level = batch.failures === WORTH_A_WARNING ? 'warn' : 'debug';
    log[level]('Batch sent again', { ...lane.name, why, tries: batch.failures });
    if (refresh) topics.refresh().catch((error) => log.debug('Metadata not refreshed', { why: messageOf(error) }));
    deps.onAgain(batch);
  }

  /** The broker does not know the lane's sequence any more: same records, in order, as the first of a new epoch. */
  async function restart(batch: Batch, why: string): Promise<void> {
    metrics.add('producerLaneRestarts', 1);
    log.warn('Lane started anew', { ...batch.lane.name, why, records: batch.records.count });
    const from = batch.encoded!.identity;
    batch.encoded = undefined;
    batch.sent = 0;
    try {
      await identity.raise(from);
    } catch (error) {
      if (error instanceof ConnectorError && !(error instanceof RetriableError)) return deps.onFailure(error);
      return retry(batch, messageOf(error), true);
    }
    retry(batch, why, false);
  }

  async function split(batch: Batch, because: 'size' | 'content', why: string): Promise<void> {
    if (batch.records.count > 1) {
      batch.lane.split(batch);
      return deps.onAgain(batch);
    }
    const record = readRecords(batch.records, batch.lane)[0]!;
    const where = topicPartitionOf(batch.lane);
    const error =
      because === 'size'
        ? new DataError(
            'RECORD_TOO_LARGE',
            `Expected a record that fits max.message.bytes of ${batch.lane.topic} and producer.override.max.request.size, got ${recordBytes(record)} bytes for ${where} (${why})`,
          )
        : new DataError('RECORD_INVALID', `Kafka refused a record for ${where}: ${why}`);
    try {
      if (!deps.onRejected) throw error;
      const { delivery } = batch.spans[0]!;
      const other = await deps.onRejected(record, error, originOf(delivery, batch.places[0]!, record));
      if (other) {
        batch.lane.replace(batch, other);
        return deps.onAgain(batch);
      }
    } catch (thrown) {
      return deps.onFailure(thrown instanceof ConnectorError ? thrown : error);
    }
    batch.encoded = undefined; // it took no sequence
    settle(batch);
  }

  return { send, retry };
}

/** Nothing where none of them has to be waited for, as mostly. */
function allOf(some: readonly (Promise<void> | void)[]): Promise<unknown> | undefined {
  return some.some((each) => each !== undefined) ? Promise.all(some) : undefined;
}

const TOO_LARGE: Verdict = { action: 'split', because: 'size' };
