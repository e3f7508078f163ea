import type { ParkedKey } from '../../functions/aws/parked-keys.ts';
import { waitingText } from '../../functions/connect/parking.ts';

/** Enough to see where to begin; `dead-letters list` shows the letters themselves. */
const MOST_LINES = 5;

/** How many keys of a sink are parked and what waits, by position: a key may be content. */
export async function toParkedKeyLines(name: string, keys: AsyncIterable<ParkedKey>): Promise<string[]> {
  const lines: string[] = [];
  let count = 0;
  let waiting = 0;
  for await (const { waits } of keys) {
    count += 1;
    waiting += waits.length;
    if (lines.length < MOST_LINES) lines.push(toLine(name, waits));
  }
  if (count === 0) return [];
  const total = `Parked keys of ${name}: ${count}, records that wait: ${waiting}`;
  return [
    total,
    ...lines,
    ...(count > lines.length ? [`Parked keys of ${name} besides these: ${count - lines.length}`] : []),
  ];
}

function toLine(name: string, [first, ...others]: ParkedKey['waits']): string {
  const behind = others.length === 0 ? '' : `, and ${others.length} behind it`;
  return `Key of ${name} parked at ${waitingText(first!)}${behind}`;
}
