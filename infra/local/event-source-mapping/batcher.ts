import { MAX_REQUEST_BYTES } from '../invocation.ts';
import { type EventOrigin, eventBytes, type MappingRecord } from './msk-event.ts';

export type BatchLimits = {
  readonly batchSize: number;
  readonly windowMs: number;
  readonly origin: EventOrigin;
};

export type Cut =
  | { readonly kind: 'nothing' }
  /** The batch may still grow until then. */
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'batch'; readonly records: readonly MappingRecord[] }
  /** This record alone is more than a function takes. */
  | { readonly kind: 'oversized'; readonly record: MappingRecord };

/**
 * Cuts a batch off what was read, per partition in the order of offsets, over partitions in the order of reading.
 *
 * It closes at the first of: batch size, 6 MB of event, the window, which starts when its first record was read.
 */
export function cutBatch(queues: readonly (readonly MappingRecord[])[], limits: BatchLimits, now: number): Cut {
  const { records, isFull, oversized } = fill(queues, limits);
  if (oversized && records.length === 0) return { kind: 'oversized', record: oversized };
  const first = records[0];
  if (!first) return { kind: 'nothing' };
  const until = first.readAt + limits.windowMs;
  return isFull || now >= until ? { kind: 'batch', records } : { kind: 'wait', until };
}

function fill(queues: readonly (readonly MappingRecord[])[], { batchSize, origin }: BatchLimits) {
  const heads = queues.map(() => 0);
  const records: MappingRecord[] = [];
  const partitions = new Set<number>();
  let bytes = 0;
  for (;;) {
    const chosen = earliestHead(queues, heads);
    if (chosen === undefined) return { records, isFull: records.length === batchSize };
    if (records.length === batchSize) return { records, isFull: true };
    const { record, queue } = chosen;
    partitions.add(record.partition);
    if (eventBytes(origin, partitions.size, bytes + record.bytes, records.length + 1) > MAX_REQUEST_BYTES)
      return { records, isFull: true, oversized: record };
    bytes += record.bytes;
    records.push(record);
    heads[queue]! += 1;
  }
}

function earliestHead(queues: readonly (readonly MappingRecord[])[], heads: readonly number[]) {
  let earliest: { record: MappingRecord; queue: number } | undefined;
  queues.forEach((records, queue) => {
    const record = records[heads[queue]!];
    if (record && (!earliest || record.readAt < earliest.record.readAt)) earliest = { record, queue };
  });
  return earliest;
}
