import { setTimeout as wait } from 'node:timers/promises';
import type { LeaseItem, OffsetStore } from '../aws/offset-store.ts';
import { messageOf, StoppedError } from '../connect/errors.ts';
import type { Log } from '../connect/log.ts';

export type LeaseDeps = {
  readonly store: Pick<OffsetStore, 'readLease' | 'takeLease' | 'renewLease' | 'releaseLease'>;
  readonly log: Log;
  /** Milliseconds of a clock that never jumps; it goes on while the process is stopped. */
  monotonic(): number;
};

export type LeaseOptions = {
  /** Identifies this task to people; a restarted task is another owner. */
  readonly owner: string;
  readonly leaseMs: number;
};

/** A lease that this task holds until its deadline, which every renewal moves. */
export type HeldLease = {
  readonly epoch: number;
  /** Aborts, with a StoppedError, when the lease is lost. */
  readonly lost: AbortSignal;
  /** @throws StoppedError LEASE_LOST where the deadline has passed, also when no timer had the time to notice. */
  assertHeld(): void;
  /** Ends the renewals and lets the next task in at once. */
  release(): Promise<void>;
};

/** Renewals within one lease: with three, two may fail before the lease is lost. */
const RENEWALS = 3;

/**
 * Waits until this task holds the connector's lease.
 *
 * A lease of somebody else is taken over only after its version stood still for a whole lease on our own clock; wall
 * clocks are never compared. The holder counts from before it asked for its last renewal, so it gives up first.
 */
export async function acquireLease(deps: LeaseDeps, options: LeaseOptions, signal: AbortSignal): Promise<HeldLease> {
  const { store, log, monotonic } = deps;
  let watched: { version: string; since: number } | undefined;
  for (;;) {
    signal.throwIfAborted();
    const current = await store.readLease();
    const waited = watched && watched.version === current?.version ? monotonic() - watched.since : 0;
    if (!current?.owner || waited >= options.leaseMs) {
      const askedAt = monotonic();
      const taken = await store.takeLease(current, options.owner);
      if (taken) return hold(taken, askedAt, deps, options);
    } else if (watched?.version !== current.version) {
      if (!watched) log.info('Waiting for the lease', { owner: current.owner, epoch: current.epoch });
      watched = { version: current.version, since: monotonic() };
    }
    await wait(options.leaseMs / 10, undefined, { signal });
  }
}

function hold(taken: LeaseItem, takenAt: number, deps: LeaseDeps, { leaseMs }: LeaseOptions): HeldLease {
  const { store, log, monotonic } = deps;
  const lost = new AbortController();
  const stopped = new AbortController();
  let held = taken;
  let deadline = takenAt + leaseMs;

  const lose = () =>
    lost.abort(new StoppedError('LEASE_LOST', `The lease of epoch ${taken.epoch} was lost to another task`));

  function assertHeld(): void {
    if (monotonic() >= deadline) lose();
    lost.signal.throwIfAborted();
  }

  async function renewRegularly(): Promise<void> {
    while (!lost.signal.aborted) {
      await wait(leaseMs / RENEWALS, undefined, { signal: stopped.signal });
      // a task that was stopped past its lease (SIGSTOP) must not renew it, even if nobody took it
      if (monotonic() >= deadline) return lose();
      await renew();
    }
  }

  async function renew(): Promise<void> {
    const askedAt = monotonic();
    try {
      const renewed = await store.renewLease(held);
      if (!renewed) return lose();
      held = renewed;
      deadline = askedAt + leaseMs;
    } catch (error) {
      log.warn('Lease not renewed, trying again', { reason: messageOf(error) });
    }
  }

  const renewing = renewRegularly().catch((error: unknown) => {
    if (!stopped.signal.aborted) throw error;
  });

  async function release(): Promise<void> {
    stopped.abort();
    await renewing;
    if (!lost.signal.aborted) await store.releaseLease(held);
  }

  return { epoch: taken.epoch, lost: lost.signal, assertHeld, release };
}
