import type { Series } from '../report/results.ts';
import type { FORMATS } from '../source/formats.ts';

/**
 * How many times cheaper than the plain way each output has to be at least. They are some 4, 4, 5 and 12 times as
 * cheap; the distance is for other machines and versions of Node.js, not for slower code.
 */
const LEAST: Readonly<Record<keyof typeof FORMATS, number>> = {
  DefaultJson: 2.8,
  SimplifiedJson: 2.8,
  'full document only': 3.5,
  bson: 8,
};

export type RatioVerdict = { readonly isEnough: boolean; readonly sentence: string };

/** Of each output; of several rounds the best counts. */
export function checkRatios(
  series: readonly Series[],
  least: Readonly<Record<string, number>> = LEAST,
): readonly RatioVerdict[] {
  return Object.entries(least).map(([work, expected]) => {
    const [ours, plain] = series.filter((each) => each.work === work).map(bestOf);
    const ratio = plain! / ours!;
    return {
      isEnough: ratio >= expected,
      sentence: `${work}: expected to be ${expected} times as cheap as the plain way, got ${ratio.toFixed(2)} times`,
    };
  });
}

const bestOf = ({ rounds }: Series): number =>
  Math.min(...rounds.map(({ cpuPerMillion = Number.NaN }) => cpuPerMillion));
