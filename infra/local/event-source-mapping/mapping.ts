import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../functions/connect/errors.ts';
import type { InvocationResult, Invoke } from '../invocation.ts';
import { readInvocation, type Verdict } from './batch-response.ts';
import { cutBatch } from './batcher.ts';
import { type Committer, createCommitter } from './committer.ts';
import { accept, joined, type Ledger, type OwnedPartition, take } from './ledger.ts';
import { type EventOrigin, type MappingRecord, toMskEvent } from './msk-event.ts';
import { type Batch, freshBatch, nextRetry, type Plan, planRetries } from './retry-plan.ts';
import type { MappingSettings } from './settings.ts';
import type { OpenReader, TopicReader } from './topic-reader.ts';

export type MappingStats = {
  readonly state: 'connecting' | 'reading' | 'retrying' | 'stopped';
  /** Records of the topic that are not committed. */
  readonly lag: number;
  /** Records settled. */
  readonly records: number;
  /** Invocations. */
  readonly batches: number;
  /** Invocations that failed, in whole or in part. */
  readonly failures: number;
  readonly throttles: number;
  /** Records given up, which a setting has to ask for. */
  readonly dropped: number;
  /** Why nothing is read, or why a batch that comes again failed last. */
  readonly detail: string | undefined;
};

export type MappingDeps = {
  readonly origin: EventOrigin;
  readonly openReader: OpenReader;
  readonly invoke: Invoke;
  readonly now: () => number;
  readonly random: () => number;
  readonly report: (line: string) => void;
};

type Flight = { readonly batch: Batch; readonly owners: Ledger };

const DEFAULT_WINDOW_MS = 500;
const ENDS_EVERY_MS = 1000;
/** Of a partition, so that a function which is down does not fill the memory with what waits for it. */
const MAX_BUFFERED_BYTES = 12 * 1024 * 1024;

/**
 * Brings the records of a topic to a function, as Lambda's pollers do.
 *
 * Per partition one batch is in flight, and an offset is committed only after the response that settles everything
 * before it: a mapping that is killed delivers again and skips nothing. Disposed of, it finishes what is in flight,
 * commits, and leaves the group.
 */
export class EventSourceMapping implements AsyncDisposable {
  readonly #settings: MappingSettings;
  readonly #deps: MappingDeps;
  readonly #reader: TopicReader;
  readonly #committer: Committer;
  readonly #flights = new Set<Flight>();
  readonly #counts = { records: 0, batches: 0, failures: 0, throttles: 0, dropped: 0 };
  readonly #watch: NodeJS.Timeout;
  #ledger: Ledger = new Map();
  #retries: readonly Batch[] = [];
  #ends: ReadonlyMap<number, number> = new Map();
  #isJoined = false;
  #isStopping = false;
  #interruption: string | undefined;
  #failure: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: MappingSettings, deps: MappingDeps) {
    this.#settings = settings;
    this.#deps = deps;
    this.#committer = createCommitter({
      ledger: () => this.#ledger,
      unsettled: () => [...this.#flights].flatMap(({ batch }) => batch.records).concat(this.#retried()),
      commit: async (offsets) => {
        await this.#reader.commit(offsets);
        if (this.#isJoined) this.#interruption = undefined;
      },
      failed: (why) => {
        this.#interruption = why;
      },
    });
    this.#reader = deps.openReader({
      joined: (positions) => this.#join(positions),
      read: (partition, records, nextOffset) => this.#read(partition, records, nextOffset),
      interrupted: (why) => {
        this.#isJoined = false;
        this.#interruption = why;
      },
    });
    this.#watch = setInterval(() => void this.#lookAhead(), ENDS_EVERY_MS);
  }

  stats(): MappingStats {
    const isRetrying = this.#retries.length > 0 || [...this.#flights].some(({ batch }) => batch.failures > 0);
    const state = this.#isJoined ? (isRetrying ? 'retrying' : 'reading') : 'connecting';
    const detail = this.#interruption ?? (isRetrying ? this.#failure : undefined);
    let lag = 0;
    for (const { partition, committed, readUpTo } of this.#ledger.values())
      lag += Math.max(this.#ends.get(partition) ?? 0, readUpTo) - committed;
    return { state: this.#isStopping ? 'stopped' : state, lag, ...this.#counts, detail };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
    while (this.#flights.size > 0) await sleep(10);
    await this.#committer.finish();
    await this.#reader[Symbol.asyncDispose]();
  }

  #join(positions: ReadonlyMap<number, number>): void {
    this.#ledger = joined(this.#ledger, positions);
    this.#retries = this.#retries.map((batch) => this.#withOwned(batch, this.#ledger)).filter(isNotEmpty);
    this.#isJoined = true;
    this.#interruption = undefined;
    // a new consumer has forgotten it
    for (const { partition, isPaused } of this.#ledger.values()) if (isPaused) this.#reader.pause(partition);
    this.#pump();
  }

  #read(partition: number, records: readonly MappingRecord[], nextOffset: number): void {
    const owned = this.#ledger.get(partition);
    if (!owned) return;
    accept(owned, records, nextOffset);
    this.#pauseOrResume(owned);
    this.#pump();
  }

  /** Starts what can be started now, and comes back when more can. */
  #pump(): void {
    clearTimeout(this.#timer);
    while (!this.#isStopping && this.#flights.size < this.#settings.concurrentInvocations) {
      const next = this.#nextBatch();
      if ('batch' in next) {
        void this.#deliver({ batch: this.#withoutTooOld(next.batch), owners: this.#ledger });
        continue;
      }
      if (next.until !== undefined)
        this.#timer = setTimeout(() => this.#pump(), Math.max(1, next.until - this.#deps.now()));
      return;
    }
  }

  #nextBatch(): { batch: Batch } | { until: number | undefined } {
    const now = this.#deps.now();
    const busy = partitionsOf([...this.#flights].flatMap(({ batch }) => batch.records));
    const retry = nextRetry(this.#retries, busy, now);
    if ('batch' in retry) {
      this.#retries = this.#retries.filter((batch) => batch !== retry.batch);
      return retry;
    }
    const waiting = partitionsOf(this.#retried());
    const free = [...this.#ledger.values()].filter(({ partition }) => !busy.has(partition) && !waiting.has(partition));
    const cut = cutBatch(
      free.map(({ buffer }) => buffer),
      this.#limits(),
      now,
    );
    switch (cut.kind) {
      case 'nothing':
        return retry;
      case 'wait':
        return { until: Math.min(cut.until, retry.until ?? Number.POSITIVE_INFINITY) };
      case 'oversized':
        take(this.#ledger, [cut.record]);
        this.#drop([cut.record], 'MaximumPayloadSizeExceeded');
        this.#committer.commitSoon();
        return this.#nextBatch();
      case 'batch':
        take(this.#ledger, cut.records);
        for (const owned of free) this.#pauseOrResume(owned);
        return { batch: freshBatch(cut.records) };
    }
  }

  async #deliver(flight: Flight): Promise<void> {
    this.#flights.add(flight);
    const { records } = flight.batch;
    if (records.length > 0) {
      const verdict = readInvocation(await this.#invoke(records), records, this.#settings);
      const plan = planRetries(flight.batch, verdict, this.#settings, this.#deps.now(), this.#deps.random());
      this.#count(records.length, verdict, plan);
      // before those of later offsets; what went to another member meanwhile is that one's to deliver
      const retries = plan.retries.map((batch) => this.#withOwned(batch, flight.owners)).filter(isNotEmpty);
      this.#retries = [...retries, ...this.#retries];
    }
    this.#flights.delete(flight);
    this.#committer.commitSoon();
    this.#pump();
  }

  #invoke(records: readonly MappingRecord[]): Promise<InvocationResult> {
    const event = toMskEvent(this.#deps.origin, records);
    return this.#deps.invoke(event).catch((error: unknown) => ({
      status: 'failed',
      error: { errorType: 'InvocationFailed', errorMessage: messageOf(error) },
    }));
  }

  #count(records: number, verdict: Verdict, plan: Plan): void {
    const again = plan.retries.reduce((sum, batch) => sum + batch.records.length, 0);
    this.#counts.records += records - again - plan.dropped.length;
    this.#drop(plan.dropped, 'RetryAttemptsExhausted');
    if (verdict.kind === 'throttled') {
      this.#counts.throttles += 1;
      return;
    }
    this.#counts.batches += 1;
    if (verdict.kind === 'succeeded') return;
    this.#counts.failures += 1;
    this.#failure = verdict.reason;
  }

  #withoutTooOld(batch: Batch): Batch {
    const { maximumRecordAgeSeconds } = this.#settings;
    if (maximumRecordAgeSeconds === -1) return batch;
    const oldest = this.#deps.now() - maximumRecordAgeSeconds * 1000;
    this.#drop(
      batch.records.filter(({ timestamp }) => timestamp < oldest),
      'RecordAgeExceeded',
    );
    return { ...batch, records: batch.records.filter(({ timestamp }) => timestamp >= oldest) };
  }

  #drop(records: readonly MappingRecord[], condition: string): void {
    const { topic } = this.#settings;
    this.#counts.dropped += records.length;
    for (const { partition, offset } of records)
      this.#deps.report(`Event source mapping: dropped ${topic}-${partition}@${offset}, ${condition}`);
  }

  #pauseOrResume(owned: OwnedPartition): void {
    const bytes = owned.buffer.reduce((sum, record) => sum + record.bytes, 0);
    const isFull = owned.buffer.length >= 2 * this.#settings.batchSize || bytes >= MAX_BUFFERED_BYTES;
    if (isFull === owned.isPaused) return;
    owned.isPaused = isFull;
    if (isFull) this.#reader.pause(owned.partition);
    else this.#reader.resume(owned.partition);
  }

  async #lookAhead(): Promise<void> {
    // an answer that fails to come is made up for by the next
    this.#ends = await this.#reader.ends().catch(() => this.#ends);
  }

  #withOwned(batch: Batch, owners: Ledger): Batch {
    const isOurs = ({ partition }: MappingRecord) =>
      this.#ledger.has(partition) && this.#ledger.get(partition) === owners.get(partition);
    return { ...batch, records: batch.records.filter(isOurs) };
  }

  #retried(): MappingRecord[] {
    return this.#retries.flatMap(({ records }) => records);
  }

  #limits() {
    const { batchSize, maximumBatchingWindowSeconds } = this.#settings;
    const windowMs =
      maximumBatchingWindowSeconds === undefined ? DEFAULT_WINDOW_MS : maximumBatchingWindowSeconds * 1000;
    return { batchSize, windowMs, origin: this.#deps.origin };
  }
}

const partitionsOf = (records: readonly MappingRecord[]): Set<number> =>
  new Set(records.map(({ partition }) => partition));

const isNotEmpty = ({ records }: Batch): boolean => records.length > 0;
