import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { DataError } from './errors.ts';
import type { Outcome } from './outcomes.ts';
import { topicPartitionOf } from './records.ts';

/** Where a record is that waits for its redrive. */
export type WaitingPosition = {
  /** Its topic-partition, such as `orders-3`. */
  readonly at: string;
  readonly offset: number;
};

/** What a sink connector learns about the keys of its records, by their place in the put. */
export type Parking = {
  /**
   * What the record's later ones are recognised by: its key, or else its document's `_id` in the words of the connector.
   * Nothing where keys of its topic are not parked, or where there is neither.
   */
  keyOf(place: number, documentId: string | undefined): string | undefined;
  /** The first position that waits of each parked key; `keys` are those of the put, for where there are too many in all. */
  find(keys: () => Iterable<string>): Promise<ReadonlyMap<string, WaitingPosition>>;
};

export const NOTHING_PARKED: Parking = { keyOf: () => undefined, find: async () => new Map() };

/**
 * Whether a record of a parked key has to wait. One that is not behind the first position in its own topic-partition was
 * handled before, or is that first one: it comes again, and nothing newer of its key was written since.
 */
export const mustWait = (record: WaitingPosition, first: WaitingPosition): boolean =>
  record.at !== first.at || record.offset > first.offset;

/** Notes that a position of a key waits, where none does that is before it. */
export function noteWaiting(first: Map<string, WaitingPosition>, key: string, position: WaitingPosition): void {
  const known = first.get(key);
  if (!known || (known.at === position.at && position.offset < known.offset)) first.set(key, position);
}

export const toWaitingPosition = (record: { topic: string; partition: number; offset: number }): WaitingPosition => ({
  at: topicPartitionOf(record),
  offset: record.offset,
});

/** `orders-3@1042` */
export const waitingText = ({ at, offset }: WaitingPosition): string => `${at}@${offset}`;

/** A record that is not written, because one of its key waits in front of it. */
export const waitsBehind = (first: WaitingPosition): Outcome & { status: 'rejected' } => ({
  status: 'rejected',
  error: new DataError('KEY_PARKED', `Waits behind ${waitingText(first)}, a dead letter of the same key`, {
    details: { behind: waitingText(first) },
  }),
  stage: 'TASK_PUT',
  class: 'tailrace.KeyParking',
});

export const isWaiting = (outcome: Outcome): boolean =>
  outcome.status === 'rejected' && outcome.error.code === 'KEY_PARKED';

/** The name of a key: `shop.orders#{"_id": 1}`. `scope` keeps documents of different collections apart. */
export function parkingKey(scope: string, key: Uint8Array): string {
  const text = isUtf8(key) ? Buffer.from(key).toString('utf8') : undefined;
  const isPlain = text !== undefined && isReadable(text) && !/^(?:_id|sha256):/.test(text);
  return `${scope}#${isPlain ? text : sha256Of(key)}`;
}

/** The name of a key that is a document's `_id`. */
export const documentKey = (scope: string, id: string): string =>
  `${scope}#_id:${isReadable(id) ? id : sha256Of(Buffer.from(id, 'utf8'))}`;

/** With a namespace of 255 bytes it stays well below the 1,024 bytes that DynamoDB takes. */
const MOST_KEY_BYTES = 500;

/** A person reads it in the table. */
const isReadable = (text: string): boolean =>
  Buffer.byteLength(text) <= MOST_KEY_BYTES && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\uFFFE\uFFFF]/u.test(text);

const sha256Of = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
