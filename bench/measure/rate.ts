import type { Rate } from '../report/results.ts';
import type { Usage } from './usage.ts';

/** The share of the events that is not counted: the code is not compiled yet, and connections are made. */
export const WARM_UP = 0.3;

/** How far a process was at a moment (milliseconds of a clock that only goes on), and what it had cost. */
export type Sample = { readonly at: number; readonly events: number; readonly usage: Usage };

export function toRate(begin: Sample, end: Sample): Rate {
  const events = end.events - begin.events;
  return {
    events,
    perSecond: (events / (end.at - begin.at)) * 1000,
    cpuPerMillion: ((end.usage.cpuSeconds - begin.usage.cpuSeconds) / events) * 1e6,
    peakBytes: end.usage.peakBytes,
  };
}

/** One line for who watches the bench run. */
export const toLine = (name: string, { cpuPerMillion, peakBytes, perSecond }: Rate): string =>
  `${name}: ${Math.round(perSecond)} events/s, ${cpuPerMillion.toFixed(2)} CPU s per million, ${Math.round(peakBytes / 1e6)} MB`;
