import type { ConnectorConfig } from './connector-config.ts';
import type { DataError } from './errors.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Outcome, Stage } from './outcomes.ts';
import type { Parking } from './parking.ts';
import type { SinkRecord, SourceRecord } from './records.ts';

/** Connect's map of what a source reads, such as `{ ns: 'mongodb://host/shop.orders' }`. */
export type SourcePartition = Readonly<Record<string, string>>;
/** Connect's map of where a source is, such as `{ _id: '{"_data": "82…"}' }`. */
export type SourceOffset = Readonly<Record<string, string>>;

/** Where a record comes from, for people: what a dead letter of a source shows. */
export type Origin = {
  /** `shop.orders` */
  readonly namespace: string;
  /** The resume token of its change event, as JSON. */
  readonly token: string;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
};

/** A change event that can't be a record, with the error that says why. */
export type RejectedEvent = Origin & {
  readonly error: DataError;
  /** What failed on it, as the peer's users filter by it. */
  readonly class: string;
};

/**
 * The change events of the newest time before an offset, all of them acknowledged. Where the offset itself can't be
 * used any more, reading begins at their time, which they share with events that are still to come, and leaves them out.
 */
export type LastEvents = {
  /** Of the database, since 1970. */
  readonly seconds: number;
  /** The count within the second. */
  readonly increment: number;
  /** What tells the events apart. */
  readonly tokens: readonly string[];
};

/** The records of one cursor reply, and the offset that is safe once they are acknowledged. */
export type SourceBatch = {
  /** Empty on an idle stream, whose offset still moves, and in the first batch, whose offset is stored before anything is produced. */
  readonly records: readonly SourceRecord[];
  readonly offset: SourceOffset;
  /** The database's time of the last change event up to that offset, in seconds since 1970; nothing before the first. */
  readonly clusterTimeSeconds?: number;
  /** The database's time of the offset itself, which moves on an idle stream too; nothing where it tells none. */
  readonly offsetTimeSeconds?: number;
  /** Events that are left out because errors are tolerated: dead letters before the offset is stored. */
  readonly rejected?: readonly RejectedEvent[];
  /** Of the record at this place; nothing where its event is not kept, or where it comes from none. */
  originOf?(place: number): Origin | undefined;
  /** The records' bytes have been copied: their memory may be written over. Batches are released in their order. */
  release?(): void;
  /** Items that may be stored, before the offset, once the records of this batch and of all before it are acknowledged. */
  readonly items?: readonly SourceItem[];
  /** What existed before the connector began is still being copied. */
  readonly phase?: 'copying';
  /** Nothing where there was no event yet, or where all are older than the offset. */
  readonly lastEvents?: LastEvents;
};

/** A stored position, as a task finds it at its start. */
export type StoredPosition = {
  readonly offset: SourceOffset;
  /** Of what was watched and how when it was stored; an offset that was imported has none. */
  readonly fingerprint?: string;
  /** The database's time of the offset, in seconds since 1970. */
  readonly clusterTime?: number;
  readonly lastEvents?: LastEvents;
};

/** An item that a connector keeps beside its position, such as the progress of a copy; its name says what it is. */
export type SourceItem = { readonly item: string; readonly attributes: Readonly<Record<string, unknown>> };

/** The connector's items, written under the task's epoch: a task that was replaced can change none of its successor's. */
export type SourceItems = {
  /** All items whose names begin so, by name. */
  list(prefix: string): Promise<readonly SourceItem[]>;
  /** Sets these attributes of an item, which is made where it is missing. */
  save(item: SourceItem): Promise<void>;
};

/** A thread that does the jobs of a connector, one after the other. */
export type JobThread = {
  /** Hands a job over, with the memory that goes along. @throws RetriableError THREAD_LOST where the thread has ended. */
  run(job: unknown, memory: readonly ArrayBuffer[]): Promise<unknown>;
  end(): Promise<void>;
};

/** Other threads than the task's own. */
export type Threads = {
  /** What the task has of processors; less than one is a share of one. */
  readonly vcpus: number;
  /** `config` is the connector's own. */
  start(config: unknown): JobThread;
};

export type SourceDeps = {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly items: SourceItems;
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves once everything that was yielded is acknowledged and its offset is stored. */
  settled(): Promise<void>;
  /** Absent where all is done in one thread. */
  readonly threads?: Threads;
};

/** What a source connector is to the task that runs it. */
export type SourceConnector<Config> = {
  readonly config: ConnectorConfig<Config>;
  /** Where the offsets of this connector belong; the same maps as the peer's. */
  partitionOf(config: Config): SourcePartition;
  /** Identifies what is watched and how, so that a stored position of another scope is recognised. */
  fingerprintOf(config: Config): string;
  /** Topics that the connector is known to write to before it has read anything; empty where they depend on the data. */
  knownTopics(config: Config): readonly string[];
  /**
   * Yields batches until the signal aborts. Passing failures (network, failover) are retried inside, from the last
   * yielded offset; what is thrown needs a person (ConfigError, StoppedError) or is one record's fault (DataError).
   */
  poll(
    config: Config,
    start: StoredPosition | undefined,
    deps: SourceDeps,
    signal: AbortSignal,
  ): AsyncIterable<SourceBatch>;
};

export type SinkDeps = {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Milliseconds since 1970. */
  now(): number;
  /** Loads a module that is packed beside the connector's file, `<class name>.mjs`. */
  loadModule(className: string): Promise<unknown>;
};

/** An opened sink: connections are kept between puts. */
export type OpenSink = {
  /**
   * Writes the records of one put; outcomes are in the order of the records, one each. Never throws for a record or a
   * database that is down: those are outcomes. `deadline` (milliseconds since 1970) ends retries. A record of a parked
   * key waits, and so does one behind a record of its key that this put rejects; without `parking` no key is parked.
   * Where all are written or skipped nothing holds their bytes afterwards: the next put's are written over them.
   *
   * @throws what `parking` throws, before anything is written.
   */
  put(records: readonly SinkRecord[], deadline: number, parking?: Parking): Promise<readonly Outcome[]>;
  /** Whether the connector subscribes to the topic. */
  reads(topic: string): boolean;
  /**
   * `errors.tolerance` as it holds for a topic and the stage that failed: whether a rejected record holds its
   * topic-partition or is settled.
   */
  toleranceOf(topic: string, stage: Stage): 'none' | 'data' | 'all';
  /** `errors.log.enable`, likewise: whether a rejected record that is settled is logged. */
  logsErrors(topic: string, stage: Stage): boolean;
  /** `errors.park.keys`: within what the keys of a topic tell documents apart; nothing where they are not parked. */
  parkingScopeOf(topic: string): string | undefined;
} & AsyncDisposable;

/** What a sink connector is to the function that runs it. */
export type SinkConnector<Config> = {
  readonly config: ConnectorConfig<Config>;
  /** Class names of the modules that these properties ask for: they lie beside the connector's file and are packed with it. */
  modules(properties: Readonly<Record<string, string>>): readonly string[];
  open(config: Config, deps: SinkDeps): Promise<OpenSink>;
};
