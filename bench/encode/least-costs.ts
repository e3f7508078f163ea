import type { Encode } from './encoders.ts';

export type Work = { readonly encode: Encode; readonly events: readonly Buffer[] };

/**
 * Microseconds of CPU time (all threads of this process) that each work takes for an event: the least of several passes,
 * in which they take turns. That is what it costs where nothing disturbs it: another program can only add to it.
 */
export function leastCosts(works: readonly Work[], passes: number, cpuMicros: () => number = ownCpuMicros): number[] {
  const least = works.map(() => Number.POSITIVE_INFINITY);
  for (let pass = 0; pass < passes; pass += 1) {
    for (const [index, { encode, events }] of works.entries()) {
      const before = cpuMicros();
      encode(events);
      least[index] = Math.min(least[index]!, (cpuMicros() - before) / events.length);
    }
  }
  return least;
}

function ownCpuMicros(): number {
  const { system, user } = process.cpuUsage();
  return user + system;
}
