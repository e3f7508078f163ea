import type { MappingRecord } from './msk-event.ts';

/** What the mapping knows of a topic-partition that it owns. */
export type OwnedPartition = {
  readonly partition: number;
  /** Read, and in no batch yet. */
  buffer: MappingRecord[];
  /** The offset behind the last one read. */
  readUpTo: number;
  /** What the group has committed. */
  committed: number;
  isPaused: boolean;
};

/** The partitions of one mapping; a partition that is lost and owned again is another object. */
export type Ledger = ReadonlyMap<number, OwnedPartition>;

/**
 * The ledger after the group was joined with these positions.
 *
 * What stays ours keeps its state: the reader begins again at the committed offset, and `accept` knows what it has.
 */
export function joined(ledger: Ledger, positions: ReadonlyMap<number, number>): Ledger {
  return new Map(
    [...positions].map(([partition, committed]) => [
      partition,
      ledger.get(partition) ?? { partition, buffer: [], readUpTo: committed, committed, isPaused: false },
    ]),
  );
}

/** Takes over records that were read; what is known already, as after a rejoin, is left out. */
export function accept(owned: OwnedPartition, records: readonly MappingRecord[], nextOffset: number): void {
  const first = records[0]?.offset;
  // behind what is committed: the topic was made anew under its name
  if (first !== undefined && first < owned.committed) {
    owned.buffer = [];
    owned.readUpTo = first;
    owned.committed = first;
  }
  for (const record of records) if (record.offset >= owned.readUpTo) owned.buffer.push(record);
  owned.readUpTo = Math.max(owned.readUpTo, nextOffset);
}

/** The offset that may be committed: below it, everything is settled. `unsettled` are those in flight or to come again. */
export function committable(owned: OwnedPartition, unsettled: Iterable<MappingRecord>): number {
  let lowest = owned.buffer[0]?.offset ?? owned.readUpTo;
  for (const { partition, offset } of unsettled) if (partition === owned.partition && offset < lowest) lowest = offset;
  return lowest;
}

/** Takes the records of a batch out of the buffers that they were cut from. */
export function take(ledger: Ledger, records: readonly MappingRecord[]): void {
  const counts = new Map<number, number>();
  for (const { partition } of records) counts.set(partition, (counts.get(partition) ?? 0) + 1);
  for (const [partition, count] of counts) ledger.get(partition)?.buffer.splice(0, count);
}
