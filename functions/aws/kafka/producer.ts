import type { Origin } from '../../connect/connector.ts';
import type { DataError } from '../../connect/errors.ts';
import type { Header } from '../../connect/records.ts';

/** A record as its bytes go to Kafka. Without a partition the key places it, as Kafka's murmur2 partitioner does. */
export type ProducerRecord = {
  readonly topic: string;
  readonly partition?: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers?: readonly Header[];
  /** Milliseconds since 1970; now where absent. */
  readonly timestamp?: number;
};

/** What a record was made from, by its place among the records of its call. */
export type OriginOf = (place: number, record: ProducerRecord) => Origin;

/** The port between a source task and Kafka: loses nothing, keeps the order of each topic-partition. */
export type Producer = AsyncDisposable & {
  /**
   * Resolves when all in-sync replicas have all of the records. Calls may overlap; per topic-partition the order of the
   * calls, and of the records in them, is kept and nothing is skipped. The bytes of the records are copied before the
   * call returns.
   *
   * @throws StoppedError PRODUCER_FENCED where a newer task produces; ConfigError TOPIC_MISSING, KAFKA_REFUSED;
   *   RetriableError KAFKA_DELIVERY_TIMEOUT. After any of them every further call rejects: restart from the stored offset.
   */
  send(records: readonly ProducerRecord[], originOf?: OriginOf): Promise<void>;
  /** Nothing while the unacknowledged bytes are below the limit, else resolves when they are. */
  room(): Promise<void> | undefined;
  /** Makes sure that topics exist (or may be created), so that a missing one is found at start. */
  prepare(topics: readonly string[]): Promise<void>;
  /** Waits for what is under way, then closes the connections. */
  close(): Promise<void>;
};

export type ProducerDeps = {
  /**
   * Takes over a record that can never be stored (RECORD_TOO_LARGE, RECORD_INVALID). Once it resolves the record counts
   * as done, or the one that it resolves with is stored in its place; what comes behind it in its topic-partition waits
   * for that. Where it rejects, or is absent, the producer fails with the error.
   */
  readonly onRejected?: (
    record: ProducerRecord,
    error: DataError,
    origin: Origin,
  ) => Promise<ProducerRecord | undefined>;
  /** Called before each request goes out; where it throws (LEASE_LOST), nothing is sent and the producer fails with it. */
  readonly checkOwner?: () => void;
};
