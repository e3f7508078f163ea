/** A list cut so that no part has too many items or too many bytes; one item is always taken. */
export function portionsOf<T>(items: readonly T[], bytesOf: (item: T) => number): T[][] {
  const portions: T[][] = [];
  let room = 0;
  for (const item of items) {
    const bytes = bytesOf(item);
    const last = portions.at(-1);
    if (last && last.length < MOST_ITEMS && bytes <= room) last.push(item);
    else {
      portions.push([item]);
      room = MOST_BYTES;
    }
    room -= bytes;
  }
  return portions;
}

/** Well below what a command may be, and few enough to be held in memory. */
const MOST_ITEMS = 1_000;
const MOST_BYTES = 4_000_000;
