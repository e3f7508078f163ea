import type { CommandName } from './statements.ts';
import type { TimeSeries } from './time-series/collections.ts';

/** One record's write, ready to send. */
export type Write = {
  /** Place of the record in the put. */
  readonly index: number;
  readonly position: string;
  readonly topicPartition: string;
  readonly command: CommandName;
  readonly id: string | undefined;
  readonly statement: Uint8Array;
  readonly bytes: number;
  /** The record itself says where it goes. */
  readonly isNamespaceOfRecord: boolean;
  /** `errors.tolerance=none`: once it is rejected, nothing behind it in its topic-partition is written. */
  readonly holds: boolean;
  /** `update.missing=reject`. */
  readonly rejectsMissing: boolean;
};

/** What is written with the same settings. */
export type Batch = {
  readonly isOrdered: boolean;
  readonly writes: readonly Write[];
  /** What the collection has to be. */
  readonly timeSeries?: TimeSeries | undefined;
  /** Counts the batch for a rate limit; milliseconds to wait after it. */
  readonly pauseAfter?: (() => number) | undefined;
};
