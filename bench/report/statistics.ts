/** A figure of several rounds: what most of them say, and how far they are apart. */
export type Spread = { readonly median: number; readonly least: number; readonly most: number };

/** The middle value; of an even number the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle]!;
  return sorted.length === 0 ? Number.NaN : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export const spreadOf = (values: readonly number[]): Spread => ({
  median: median(values),
  least: Math.min(...values),
  most: Math.max(...values),
});

/**
 * How many times `ours` is `theirs`, pair by pair: two rounds that follow each other had the same machine, so what
 * disturbs it comes out of the ratio.
 */
export function ratioOf(ours: readonly number[], theirs: readonly number[]): Spread {
  const pairs = Math.min(ours.length, theirs.length);
  return spreadOf(Array.from({ length: pairs }, (_, pair) => ours[pair]! / theirs[pair]!));
}

/** The value that the given share (0 to 1) of them does not exceed (nearest rank). NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
