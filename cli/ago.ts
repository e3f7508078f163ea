const UNITS = [
  { unit: 'd', ms: 86_400_000 },
  { unit: 'h', ms: 3_600_000 },
  { unit: 'min', ms: 60_000 },
  { unit: 's', ms: 1000 },
] as const;

/** `3 min ago`: how long before `now` a moment was (both in milliseconds since 1970). */
export function ago(moment: number, now: number): string {
  const passed = Math.max(0, now - moment);
  const { unit, ms } = UNITS.find((candidate) => passed >= candidate.ms) ?? UNITS[3];
  return `${Math.floor(passed / ms)} ${unit} ago`;
}

/** `2026-11-24 00:03:11Z`: a moment without its milliseconds. */
export const toTime = (moment: number): string => new Date(moment).toISOString().replace('T', ' ').replace(/\.\d+/, '');
