import { type WaitingPosition, waitingText } from '../connect/parking.ts';

/** Offsets of one topic-partition as an item of the table has them. */
export type Run = { readonly at: string; readonly offsets: readonly number[] };

/**
 * The list with these positions. Within a topic-partition it is in the order of the offsets; between two of them, which
 * Kafka does not order, in that of their coming.
 */
export function withPositions(
  list: readonly WaitingPosition[],
  positions: readonly WaitingPosition[],
): readonly WaitingPosition[] {
  const known = new Set(list.map(waitingText));
  const last = new Map<string, number>();
  for (const { at, offset } of list) last.set(at, offset);
  const result = [...list];
  for (const position of positions) {
    if (known.has(waitingText(position))) continue;
    known.add(waitingText(position));
    const { at, offset } = position;
    if (offset > (last.get(at) ?? -1)) {
      result.push(position);
      last.set(at, offset);
    } else {
      const later = result.findIndex((other) => other.at === at && other.offset > offset);
      result.splice(later, 0, position);
    }
  }
  return result.length === list.length ? list : result;
}

/** The list without these positions; the same list where none is in there. */
export function withoutPositions(
  list: readonly WaitingPosition[],
  positions: readonly WaitingPosition[],
): readonly WaitingPosition[] {
  const gone = new Set(positions.map(waitingText));
  const rest = list.filter((position) => !gone.has(waitingText(position)));
  return rest.length === list.length ? list : rest;
}

export const isSamePosition = (one: WaitingPosition | undefined, other: WaitingPosition): boolean =>
  one?.at === other.at && one.offset === other.offset;

export function toRuns(list: readonly WaitingPosition[]): Run[] {
  const runs: { at: string; offsets: number[] }[] = [];
  for (const { at, offset } of list) {
    const last = runs.at(-1);
    if (last?.at === at) last.offsets.push(offset);
    else runs.push({ at, offsets: [offset] });
  }
  return runs;
}

export const fromRuns = (runs: readonly Run[]): WaitingPosition[] =>
  runs.flatMap(({ at, offsets }) => offsets.map((offset) => ({ at, offset })));

/**
 * An item may have 400 KB, with its name and everything; DynamoDB counts a number with a byte for two digits and two
 * more. Some 40,000 positions fit.
 */
const MOST_BYTES = 380_000;

export const hasRoomFor = (list: readonly WaitingPosition[]): boolean =>
  toRuns(list).reduce(
    (sum, { at, offsets }) =>
      offsets.reduce((bytes, offset) => bytes + Math.ceil(String(offset).length / 2) + 3, sum + at.length + 30),
    0,
  ) <= MOST_BYTES;
