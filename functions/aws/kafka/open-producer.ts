import { type ConnectorError, DataError, messageOf, RetriableError } from '../../connect/errors.ts';
import type { Log } from '../../connect/log.ts';
import type { Metrics } from '../../connect/metrics.ts';
import type { Cluster } from './cluster.ts';
import { Delivery, originOf as originIn } from './delivery.ts';
import { openDispatcher } from './dispatcher.ts';
import type { Identity } from './identity.ts';
import type { Batch } from './lane.ts';
import { openLanes } from './lanes.ts';
import type { OriginOf, Producer, ProducerDeps, ProducerRecord } from './producer.ts';
import { openSender } from './sender.ts';
import { mostBytesOf, type ProducerSettings } from './settings.ts';
import type { Topics } from './topics.ts';

export type ProducerParts = ProducerDeps & {
  readonly cluster: Cluster;
  readonly topics: Topics;
  readonly identity: Identity;
  readonly settings: ProducerSettings;
  readonly bufferBytes: number;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Milliseconds since 1970, for records without a timestamp. */
  readonly wallClock: () => number;
  readonly random: () => number;
};

/** As the Java producer's `metadata.max.age.ms`: how long new partitions may go unseen. */
const METADATA_AGE_MS = 300_000;
/**
 * Brokers forget a transactional id after 7 days without a transaction, and a forgotten one shuts nobody out: the next
 * task would get a new producer id. Raising the epoch counts as use.
 */
const CLAIM_AGE_MS = 86_400_000;

/**
 * The producer over its parts.
 *
 * Every record of a call ends as stored by all in-sync replicas or taken over by `onRejected`; else the call rejects, and
 * so does everything after it: what came behind a lost record must not be stored without it.
 */
export function openProducer(parts: ProducerParts): Producer {
  const { cluster, topics, identity, log, bufferBytes, settings } = parts;
  let failure: ConnectorError | undefined;
  let isClosed = false;
  let unacknowledged = 0;
  /** Calls that wait for a topic's metadata; later ones queue behind them, to keep the order. */
  let admission: Promise<unknown> | undefined;
  const waitingForRoom: (() => void)[] = [];
  const deliveries = new Set<Delivery>();

  const sender = openSender({
    ...parts,
    onSettled,
    onAgain: ({ lane }) => dispatcher.wake(lane),
    onFailure,
  });
  const dispatcher = openDispatcher({ ...parts, sender });
  const lanes = openLanes(topics, parts.random);
  const chores = [
    setInterval(
      () => topics.refresh().catch((error) => log.debug('Metadata not refreshed', { why: messageOf(error) })),
      METADATA_AGE_MS,
    ),
    setInterval(() => identity.raise(identity.current).catch(onChoreFailure), CLAIM_AGE_MS),
  ].map((timer) => timer.unref());

  function send(records: readonly ProducerRecord[], originOf?: OriginOf): Promise<void> {
    const refusal =
      failure ?? (isClosed ? new RetriableError('KAFKA_UNREACHABLE', 'The producer is closed') : undefined);
    if (refusal) return Promise.reject(refusal);
    if (records.length === 0) return Promise.resolve();
    const names = lanes.unknownTopics(records);
    if (admission === undefined && names.length === 0) return enqueue(records, originOf);
    return admit(records.map(ownRecord), names, originOf);
  }

  function admit(records: readonly ProducerRecord[], names: readonly string[], originOf?: OriginOf): Promise<void> {
    const before = admission;
    const admitted = (async () => {
      await before;
      if (failure) throw failure;
      await topics.ensure(names);
      // an object, as a promise would be awaited here and the next call would wait for its records to be stored
      return { delivered: enqueue(records, originOf) };
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

  function enqueue(records: readonly ProducerRecord[], originOf: OriginOf | undefined): Promise<void> {
    if (failure) return Promise.reject(failure);
    const delivery = new Delivery(records.length, deliveries, originOf);
    const now = parts.wallClock();
    for (let place = 0; place < records.length; place += 1) {
      const record = records[place]!;
      const lane = lanes.laneOf(record);
      if (lane === undefined) reject(record, delivery, place);
      else {
        const maxBytes = mostBytesOf(settings, topics.get(record.topic)?.maxMessageBytes);
        unacknowledged += lane.push(record, { delivery, place, maxBytes, now });
        dispatcher.wake(lane);
      }
    }
    return delivery.promise;
  }

  function reject(given: ProducerRecord, delivery: Delivery, place: number): void {
    const record = ownRecord(given);
    const message = `Expected a partition of ${record.topic}, got ${record.partition}`;
    const error = new DataError('RECORD_INVALID', message);
    const origin = originIn(delivery, place, record);
    const taken = parts.onRejected?.(record, error, origin) ?? Promise.reject(error);
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

  function room(): Promise<void> | undefined {
    if (!failure && unacknowledged < bufferBytes) return undefined;
    return untilRoom();
  }

  async function untilRoom(): Promise<void> {
    while (!failure && unacknowledged >= bufferBytes) {
      await new Promise<void>((resolve) => waitingForRoom.push(resolve));
    }
    if (failure) throw failure;
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

/** The same record with bytes of its own. */
const ownRecord = (record: ProducerRecord): ProducerRecord => ({
  ...record,
  key: record.key && Buffer.from(record.key),
  value: record.value && Buffer.from(record.value),
});
