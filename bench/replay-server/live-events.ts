import { setTimeout as sleep } from 'node:timers/promises';

/** How many events there are: some from the start, and those that are added in real time. */
export type LiveEvents = {
  available(): number;
  /** Resolves once there are more than that, or at the deadline (milliseconds of `performance.now()`). */
  moreThan(count: number, deadline: number): Promise<void>;
  /**
   * Adds so many, evenly, and resolves with when each became available: milliseconds of the clock that all processes of
   * the machine share (`process.hrtime`).
   *
   * That is when a timer of this process came to it, not when it was planned: a late timer is nobody's latency.
   */
  add(perSecond: number, count: number): Promise<readonly number[]>;
};

/** The shared clock in milliseconds. */
export const sharedNow = (): number => Number(process.hrtime.bigint()) / 1e6;

export function openLiveEvents(fromTheStart: number): LiveEvents {
  const waiting = new Set<() => void>();
  let available = fromTheStart;

  async function add(perSecond: number, count: number): Promise<readonly number[]> {
    const times: number[] = [];
    const began = performance.now();
    while (times.length < count) {
      await sleep(Math.max(1, began + ((times.length + 1) / perSecond) * 1000 - performance.now()));
      const due = Math.min(count, Math.floor(((performance.now() - began) / 1000) * perSecond));
      const now = sharedNow();
      available += due - times.length;
      while (times.length < due) times.push(now);
      for (const wake of waiting) wake();
    }
    return times;
  }

  async function moreThan(count: number, deadline: number): Promise<void> {
    if (available > count) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, Math.max(1, deadline - performance.now()));
    const wake = () => available > count && resolve();
    waiting.add(wake);
    await promise;
    waiting.delete(wake);
    clearTimeout(timer);
  }

  return { available: () => available, moreThan, add };
}
