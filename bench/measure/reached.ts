import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from './rate.ts';
import type { Usage } from './usage.ts';

/** Something that works off events, seen from outside. */
export type Progress = {
  readonly name: string;
  /** How many events it is done with. */
  count(): Promise<number>;
  usage(): Usage | Promise<Usage>;
  /** Why it can't go on, where it can't. */
  failure(): string | undefined | Promise<string | undefined>;
};

const POLL_MS = 20;
/** An answer costs what is measured some of its CPU time. */
const ASK_MS = 1000;
/** Without an event. */
const STUCK_MS = 60_000;

/**
 * Resolves once so many events are done with, with how many they are.
 *
 * @throws Error where it fails, or stands still.
 */
export async function reached(events: number, { count, failure, name, usage }: Progress): Promise<Sample> {
  let last = { done: -1, at: 0 };
  let askedAt = performance.now();
  for (;;) {
    const done = await count();
    const at = performance.now();
    if (done >= events) return { at, events: done, usage: await usage() };
    if (done > last.done) last = { done, at };
    if (at - askedAt > ASK_MS) {
      askedAt = at;
      const why = (await failure()) ?? (at - last.at > STUCK_MS ? 'it stands still' : undefined);
      if (why !== undefined) throw new Error(`Expected ${events} events of ${name}, got ${done}: ${why}`);
    }
    await sleep(POLL_MS);
  }
}
