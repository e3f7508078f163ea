import type { ParkedKey } from '../../functions/aws/parked-keys.ts';
import { waitingText } from '../../functions/connect/parking.ts';
import type { Letter } from './letter.ts';
import type { ParkedTable } from './parked-table.ts';

/** Positions of one key in a line; the table has them all. */
const MOST_POSITIONS = 10;
/** Keys that a list asks for. */
const MOST_KEYS = 20;

/** What waits behind the dead letters of a list: a line for each key where anything does. */
export async function toParkedLines(letters: readonly Letter[], parked: Pick<ParkedTable, 'get'>): Promise<string[]> {
  const keys = new Map(
    letters.flatMap(({ connector, parkedKey }) =>
      typeof parkedKey === 'string' ? [[`${connector}\0${parkedKey}`, { connector, parkedKey }] as const] : [],
    ),
  );
  const asked = [...keys.values()].slice(0, MOST_KEYS);
  const items = await Promise.all(asked.map(({ connector, parkedKey }) => parked.get(connector, parkedKey)));
  return items.flatMap((item) => {
    const [first, ...others] = item?.waits ?? [];
    return first && others.length > 0 ? [`Behind ${waitingText(first)} wait ${toPositions(others)}`] : [];
  });
}

/** What `show` says of one letter. */
export async function toParkedLine(
  { connector, parkedKey, position }: Letter,
  parked: Pick<ParkedTable, 'get'>,
): Promise<string | undefined> {
  if (parkedKey === undefined) return undefined;
  if (parkedKey === false) return 'Key: not parked (errors.park.keys is off), newer state may have been written since';
  const item = await parked.get(connector, parkedKey);
  return `Key: ${parkedKey}, ${item ? placeOf(position, item) : GONE}`;
}

const GONE = 'nothing of it waits: the letter is left out when it is sent again';

function placeOf(position: string, { waits }: ParkedKey): string {
  const place = waits.findIndex((one) => waitingText(one) === position);
  if (place < 0) return 'the letter does not wait any more: it is left out when it is sent again';
  if (place > 0) return `waits behind ${waitingText(waits[0]!)}, ${place + 1} of ${waits.length}`;
  return waits.length === 1 ? 'parked' : `parked, behind it wait ${toPositions(waits.slice(1))}`;
}

function toPositions(positions: ParkedKey['waits']): string {
  const shown = positions.slice(0, MOST_POSITIONS).map(waitingText).join(', ');
  return positions.length > MOST_POSITIONS ? `${shown} and ${positions.length - MOST_POSITIONS} more` : shown;
}
