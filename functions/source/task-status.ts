import type { SourceBatch } from '../connect/connector.ts';
import type { OffsetCommits } from './offset-commits.ts';

/**
 * States of the task.
 *
 * | state | entered | left |
 * | --- | --- | --- |
 * | waiting | start; another task holds the lease | lease acquired |
 * | positioning | lease acquired: position read after the fence, producer connected | first batch |
 * | copying | the opening position is stored, and what existed has to be copied; a lost position is healed by a copy | first batch behind the copy |
 * | streaming | the opening position is stored, or the copy is done | signal, lost lease, fatal error |
 * | draining | SIGTERM: no new getMore, lanes flushed, position saved, lease released | exit 0 |
 * | stopped | configuration or data error under errors.tolerance=none, lost position | a person deploys |
 */
export type TaskState = 'waiting' | 'positioning' | 'copying' | 'streaming' | 'draining' | 'stopped';

/** What `/healthz` answers. */
export type Health = {
  readonly healthy: boolean;
  readonly state: TaskState;
  readonly reason?: string;
  readonly epoch?: number;
  /** Records handed over by the connector since the start. */
  readonly records: number;
  /** Now minus the time of the last change event; 0 on an idle stream. */
  readonly lagSeconds: number;
};

export type HealthLimits = {
  /** A batch may wait this long for its acknowledgement (milliseconds). */
  readonly deliveryTimeoutMs: number;
  /** An open stream yields a batch, if only an empty one, at least this often (milliseconds). */
  readonly streamTimeoutMs: number;
  /** While what existed is copied something of it is acknowledged at least this often (milliseconds). */
  readonly copyTimeoutMs: number;
  /** Reading the position, connecting and opening the stream may take this long (milliseconds). */
  readonly openTimeoutMs: number;
};

/** What the task is doing, as its parts report it; only `enter` changes the state. */
export type TaskStatus = {
  readonly state: TaskState;
  readonly lagSeconds: Health['lagSeconds'];
  enter(state: TaskState, facts?: { reason?: string; epoch?: number }): void;
  /** Sets other limits, once the properties are known. */
  limit(limits: HealthLimits): void;
  /** Notes a batch of the connector; the first one behind a copy ends that state. */
  note(batch: SourceBatch): void;
  /** Where the acknowledgements are seen. */
  watch(commits: WatchedCommits): void;
  health(): Health;
  /** Now minus the time inside the newest position that everything is acknowledged before; nothing where it has none. */
  tokenAgeSeconds(): number | undefined;
};

type WatchedCommits = Pick<OffsetCommits, 'waitingSince' | 'progressAt' | 'watermark'>;

export function trackStatus(initialLimits: HealthLimits, clock: { monotonic(): number; now(): number }): TaskStatus {
  let limits = initialLimits;
  let state: TaskState = 'waiting';
  let enteredAt = clock.monotonic();
  let facts: { reason?: string; epoch?: number } = {};
  let commits: WatchedCommits | undefined;
  let records = 0;
  let lagSeconds = 0;

  function enter(next: TaskState, more: { reason?: string; epoch?: number } = {}): void {
    state = next;
    enteredAt = clock.monotonic();
    facts = { ...facts, ...more };
  }

  function note(batch: SourceBatch): void {
    if (state === 'copying' && batch.phase === undefined) enter('streaming');
    // a copy that heals a lost position
    if (state === 'streaming' && batch.phase) enter(batch.phase);
    records += batch.records.length;
    const caughtUp = batch.records.length === 0 || batch.clusterTimeSeconds === undefined;
    lagSeconds = caughtUp ? 0 : Math.max(0, Math.round(clock.now() / 1000 - (batch.clusterTimeSeconds ?? 0)));
  }

  /** A stopped task is healthy: replacing it would not help. An idle stream is healthy, a stuck one is not. */
  function isHealthy(): boolean {
    const now = clock.monotonic();
    if (state === 'positioning') return now - enteredAt < limits.openTimeoutMs;
    if ((state !== 'streaming' && state !== 'copying') || !commits) return true;
    const waitingSince = commits.waitingSince();
    if (waitingSince !== undefined) return now - waitingSince < limits.deliveryTimeoutMs;
    const timeoutMs = state === 'copying' ? limits.copyTimeoutMs : limits.streamTimeoutMs;
    return now - Math.max(commits.progressAt, enteredAt) < timeoutMs;
  }

  function tokenAgeSeconds(): number | undefined {
    const time = commits?.watermark?.offsetTimeSeconds;
    return time === undefined ? undefined : Math.max(0, Math.round(clock.now() / 1000 - time));
  }

  return {
    get state() {
      return state;
    },
    get lagSeconds() {
      return lagSeconds;
    },
    enter,
    limit(next) {
      limits = next;
    },
    note,
    watch(watched) {
      commits = watched;
    },
    tokenAgeSeconds,
    health: () => ({ healthy: isHealthy(), state, ...facts, records, lagSeconds }),
  };
}
