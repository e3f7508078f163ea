import { setTimeout as sleep } from 'node:timers/promises';
import type { Usage } from '../measure/usage.ts';
import { percentile } from '../report/statistics.ts';
import type { TopicReader } from './topic-reader.ts';

/** From the moment an event is there to the moment its record is read, and what it cost to carry them. */
export type Latency = {
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Of one core. */
  readonly cpuPercent: number;
};

export type Load = { readonly perSecond: number; readonly seconds: number };

export type Carrier = {
  /** Makes so many events per second available, and resolves with when each was (the shared clock). */
  add(perSecond: number, count: number): Promise<readonly number[]>;
  /** Of what carries them to the topic. */
  usage(): Usage | Promise<Usage>;
};

/** The first ones find code that was not compiled, and sockets that were idle. */
const FIRST_SECONDS = 1;
/** So that nothing of what was before is still under way. */
const REST_MS = 2000;

/** Measures one load; each event that is added must come out as one record, in order. */
export async function measureLatency(
  reader: TopicReader,
  { add, usage }: Carrier,
  { perSecond, seconds }: Load,
): Promise<Latency> {
  await sleep(REST_MS);
  const before = reader.times.length;
  const begin = { at: performance.now(), ...(await usage()) };
  const available = await add(perSecond, perSecond * seconds);
  const end = { at: performance.now(), ...(await usage()) };
  await reader.reached(before + available.length);
  const cpuPercent = ((end.cpuSeconds - begin.cpuSeconds) / (end.at - begin.at)) * 1000 * 100;
  return { ...toLatency(available, reader.times.slice(before), perSecond * FIRST_SECONDS), cpuPercent };
}

/**
 * Of each event that was available, and read, at that time.
 *
 * @throws Error where they are not as many: the records are not those events.
 */
export function toLatency(
  available: readonly number[],
  read: readonly number[],
  leaveOut: number,
): Omit<Latency, 'cpuPercent'> {
  if (read.length !== available.length) throw new Error(`Expected ${available.length} records, got ${read.length}`);
  const latencies = read.map((at, index) => at - available[index]!).slice(leaveOut);
  const of = (share: number) => percentile(latencies, share);
  return { p50Ms: of(0.5), p90Ms: of(0.9), p99Ms: of(0.99), maxMs: of(1) };
}
