import { setInterval as every } from 'node:timers/promises';
import type { SourceBatch, SourceItem, SourceOffset } from '../connect/connector.ts';
import { messageOf, RetriableError } from '../connect/errors.ts';
import type { Log } from '../connect/log.ts';

/** What is kept of a batch: where the source is behind it. */
export type Position = Pick<SourceBatch, 'offset' | 'clusterTimeSeconds' | 'offsetTimeSeconds' | 'lastEvents'>;

/** A position with what may be stored at the same time. */
type Tracked = Position & Pick<SourceBatch, 'items'>;

export type CommitDeps = {
  save(position: Position, sequence: number): Promise<void>;
  saveItem(item: SourceItem): Promise<void>;
  readonly log: Log;
  monotonic(): number;
};

/** Positions in the order of the stream; the low watermark is the last one before which everything is acknowledged. */
export type OffsetCommits = {
  /** Notes a batch that is under way: `acknowledged` resolves once Kafka has all of it. */
  track(tracked: Tracked, acknowledged: Promise<void>): void;
  /** Stores the low watermark and its items now, unless they are stored already. */
  save(): Promise<void>;
  /** Resolves when everything tracked is acknowledged; rejects with the first failure. */
  settled(): Promise<void>;
  /** Stores the low watermark at every interval, until the signal aborts; rejects only with what a retry can't heal. */
  saveRegularly(intervalMs: number, signal: AbortSignal): Promise<void>;
  /** Since when (monotonic) the oldest batch waits for its acknowledgement; nothing if none does. */
  waitingSince(): number | undefined;
  /** When (monotonic) a batch was last acknowledged, empty ones included. */
  readonly progressAt: number;
  readonly watermark: Position | undefined;
};

/**
 * Keeps the low watermark: a position is stored only when the records of all batches up to it are acknowledged, so a
 * crash between acknowledgement and store repeats records and never loses one.
 *
 * The items of those batches are stored before it, each under its newest attributes. They tell what else was
 * acknowledged, so a crash between them and the position repeats what is behind the old position; the other way round
 * it would repeat what the items stand for, which is more.
 */
export function trackOffsets(startSequence: number, deps: CommitDeps): OffsetCommits {
  const { save: store, saveItem, log, monotonic } = deps;
  const underWay: { tracked: Tracked; acknowledged: Promise<void>; isDone: boolean; since: number }[] = [];
  /** By name, in the order in which they were first seen. */
  const unsaved = new Map<string, SourceItem>();
  let watermark: Position | undefined;
  let stored: Position | undefined;
  let sequence = startSequence;
  let progressAt = monotonic();
  let saving: Promise<void> = Promise.resolve();

  function track(tracked: Tracked, acknowledged: Promise<void>): void {
    const batch = { tracked: withoutRecords(tracked), acknowledged, isDone: false, since: monotonic() };
    underWay.push(batch);
    acknowledged.then(
      () => {
        batch.isDone = true;
        progressAt = monotonic();
        while (underWay[0]?.isDone) pass(underWay.shift()!.tracked);
      },
      // it stays under way, for settled() to report
      () => undefined,
    );
  }

  function pass(tracked: Tracked): void {
    watermark = tracked;
    for (const item of tracked.items ?? []) unsaved.set(item.item, item);
  }

  async function settled(): Promise<void> {
    await Promise.all(underWay.map(({ acknowledged }) => acknowledged));
  }

  /** One write at a time, so that an older position never follows a newer one. */
  function save(): Promise<void> {
    saving = saving.then(saveNow, saveNow);
    return saving;
  }

  async function saveNow(): Promise<void> {
    const next = watermark;
    for (const item of [...unsaved.values()]) {
      await saveItem(item);
      // it may have moved on meanwhile
      if (unsaved.get(item.item) === item) unsaved.delete(item.item);
    }
    if (!next || isSame(next.offset, stored?.offset)) return;
    await store(next, sequence + 1);
    sequence += 1;
    stored = next;
  }

  async function saveRegularly(intervalMs: number, signal: AbortSignal): Promise<void> {
    try {
      for await (const _ of every(intervalMs, undefined, { signal })) await saveOrRetry();
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async function saveOrRetry(): Promise<void> {
    try {
      await save();
    } catch (error) {
      if (!(error instanceof RetriableError)) throw error;
      log.warn('Position not stored, trying again', { reason: messageOf(error) });
    }
  }

  return {
    track,
    save,
    saveRegularly,
    settled,
    waitingSince: () => underWay[0]?.since,
    get progressAt() {
      return progressAt;
    },
    get watermark() {
      return watermark;
    },
  };
}

/** The records of a batch go as soon as the producer has their bytes. */
const withoutRecords = ({ offset, clusterTimeSeconds, offsetTimeSeconds, lastEvents, items }: Tracked): Tracked => ({
  offset,
  clusterTimeSeconds,
  offsetTimeSeconds,
  lastEvents,
  items,
});

const isSame = (a: SourceOffset, b: SourceOffset | undefined): boolean =>
  b !== undefined &&
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(([name, value]) => b[name] === value);
