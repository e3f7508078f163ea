import type { StoreValue } from '../aws/claim-check.ts';
import type { SendDeadLetters } from '../aws/dead-letters.ts';
import type { Producer, ProducerDeps } from '../aws/kafka/producer.ts';
import type { OffsetStore, StoredOffset } from '../aws/offset-store.ts';
import type { SourceConnector, SourceDeps } from '../connect/connector.ts';
import { convertersOf } from '../connect/converters/configure-converters.ts';
import { claimChecked } from './claim-checked.ts';
import { acquireLease, type HeldLease } from './lease.ts';
import { measuredProducer } from './measured-producer.ts';
import { type Position, trackOffsets } from './offset-commits.ts';
import { createProduce } from './produce.ts';
import { createRejectedRecords, type RejectedRecords } from './rejected-records.ts';
import { retrying } from './retrying.ts';
import { tail } from './tail.ts';
import type { TaskStatus } from './task-status.ts';
import { producerRecordMaker } from './to-producer-record.ts';

/** The properties of every source connector that the task itself needs. */
export type TaskConfig = {
  readonly name: string;
  readonly keyConverter: string;
  readonly valueConverter: string;
  readonly offsetFlushIntervalMs: number;
  readonly errorsTolerance: 'none' | 'all';
  readonly errorsLogEnable: boolean;
  readonly originals: Readonly<Record<string, string>>;
};

export type TaskDeps = Omit<SourceDeps, 'items' | 'settled'> & {
  readonly store: OffsetStore;
  connectProducer(deps: ProducerDeps): Promise<Producer>;
  readonly sendDeadLetters: SendDeadLetters | undefined;
  readonly storeValue: StoreValue | undefined;
  readonly status: TaskStatus;
  /** Milliseconds of a clock that never jumps. */
  monotonic(): number;
};

export type TaskOptions = { readonly owner: string; readonly leaseMs: number };

/**
 * Runs one source connector until the signal aborts: lease, fence, position, then the loop of `tail.ts`.
 *
 * @throws StoppedError where it was replaced or its position is lost; ConfigError and DataError where a person has to
 *   act; RetriableError where a new start from the stored position heals it.
 */
export async function runTask<Config extends TaskConfig>(
  connector: SourceConnector<Config>,
  config: Config,
  options: TaskOptions,
  deps: TaskDeps,
  signal: AbortSignal,
): Promise<void> {
  const { log, status, store } = deps;
  status.enter('waiting');
  const lease = await retrying(() => acquireLease(deps, options, signal), log, signal);
  log.info('Lease acquired', { epoch: lease.epoch });
  try {
    status.enter('positioning', { epoch: lease.epoch });
    const ended = new AbortController();
    const stopping = AbortSignal.any([signal, lease.lost, ended.signal]);
    const partition = connector.partitionOf(config);
    const stored = await retrying(() => store.fence(partition, lease.epoch), log, stopping);
    const rejected = rejectedRecords(config, deps, stopping);
    const onRejected = claimChecked({ ...deps, rejected }, stopping);
    const connect = () => openProducer(connector, config, deps, { checkOwner: lease.assertHeld, onRejected });
    const producer = await retrying(connect, log, stopping);
    await unlessLost(
      lease,
      stream(connector, config, { ...deps, rejected, producer, lease, stored }, signal).finally(() => {
        // whatever still waits for SQS or S3 would hold up the end of a task that failed
        ended.abort();
        return producer.close();
      }),
    );
  } finally {
    await lease.release().catch((error: unknown) => log.warn('Lease not released', { reason: String(error) }));
  }
}

async function openProducer<Config>(
  connector: SourceConnector<Config>,
  config: Config,
  deps: TaskDeps,
  producerDeps: ProducerDeps,
): Promise<Producer> {
  const producer = await deps.connectProducer(producerDeps);
  try {
    await producer.prepare(connector.knownTopics(config));
    return producer;
  } catch (error) {
    await producer.close();
    throw error;
  }
}

function rejectedRecords(config: TaskConfig, deps: TaskDeps, signal: AbortSignal): RejectedRecords {
  const settings = {
    connector: config.name,
    isTolerant: config.errorsTolerance === 'all',
    logsErrors: config.errorsLogEnable,
  };
  return createRejectedRecords(settings, deps, signal);
}

type Opened = TaskDeps & {
  readonly producer: Producer;
  readonly rejected: RejectedRecords;
  readonly lease: HeldLease;
  readonly stored: StoredOffset | undefined;
};

/** Streams from the stored position; a position is saved at every interval, and once more when everything is drained. */
async function stream<Config extends TaskConfig>(
  connector: SourceConnector<Config>,
  config: Config,
  opened: Opened,
  signal: AbortSignal,
): Promise<void> {
  const { lease, log, metrics, producer, rejected, status, store, stored } = opened;
  const partition = connector.partitionOf(config);
  const fingerprint = connector.fingerprintOf(config);
  const items = store.itemsOf(lease.epoch);
  const commits = trackOffsets(stored?.sequence ?? 0, {
    ...opened,
    save: ({ offset, clusterTimeSeconds: clusterTime, lastEvents }: Position, sequence) =>
      store.saveOffset(partition, lease.epoch, { offset, clusterTime, fingerprint, lastEvents, sequence }),
    saveItem: items.save,
  });
  status.watch(commits);
  const sourceDeps: SourceDeps = {
    ...opened,
    items,
    async settled() {
      await commits.settled();
      // an outage of the table is waited for, as it is between two intervals
      await retrying(() => commits.save(), log, AbortSignal.any([signal, lease.lost]));
    },
  };
  signal.addEventListener('abort', () => status.enter('draining'), { once: true });

  const toProducerRecord = producerRecordMaker(convertersOf(config), lease.epoch);
  const ended = new AbortController();
  const saving = commits.saveRegularly(config.offsetFlushIntervalMs, ended.signal);
  try {
    const tailing = tail(
      {
        poll: (stopping) => connector.poll(config, stored, sourceDeps, stopping),
        produce: createProduce({ ...opened, producer: measuredProducer(producer, opened), toProducerRecord }),
        room: () => producer.room()?.then(() => rejected.room()) ?? rejected.room(),
        commits,
        assertHeld: lease.assertHeld,
        onBatch(batch) {
          status.note(batch);
          metrics.add('sourceBatches', 1);
          metrics.add('sourceLag', status.lagSeconds);
        },
        onOpened({ phase }) {
          status.enter(phase ?? 'streaming');
          if (!phase) log.info(stored ? 'Streaming from the stored position' : 'Streaming from now', { ...partition });
        },
      },
      AbortSignal.any([signal, lease.lost]),
    );
    await Promise.race([tailing, saving]);
  } finally {
    ended.abort();
  }
  await commits.save();
}

/** A task whose lease is lost stops at once; what is under way is fenced by the producer's epoch. */
async function unlessLost<T>(lease: HeldLease, work: Promise<T>): Promise<T> {
  const lost = Promise.withResolvers<never>();
  const lose = () => lost.reject(lease.lost.reason);
  lease.lost.addEventListener('abort', lose, { once: true });
  try {
    const result = await Promise.race([work, lost.promise]);
    lease.lost.throwIfAborted();
    return result;
  } finally {
    lease.lost.removeEventListener('abort', lose);
  }
}
