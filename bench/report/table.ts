import type { Spread } from './statistics.ts';

/** Rows below a head, as Markdown; the first columns are text, those with figures stand to the right. */
export function toTable(head: readonly string[], textColumns: number, rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, column) => (column < textColumns ? '---' : '--:'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** With thousands apart and as many decimals as are meant. */
export const toNumber = (value: number, decimals: number): string =>
  Number.isFinite(value)
    ? value.toLocaleString('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
    : NOTHING;

export const toRatio = ({ least, median, most }: Spread): string =>
  Number.isFinite(median) ? `${toNumber(median, 2)} × (${toNumber(least, 2)}–${toNumber(most, 2)})` : NOTHING;

const NOTHING = '–';
