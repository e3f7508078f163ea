import { expect, test } from 'vitest';
import type { Letter } from '../../../cli/dead-letters/letter.ts';
import { type OrderDeps, redriveInOrder } from '../../../cli/dead-letters/redrive-in-order.ts';
import type { ParkedKey } from '../../../functions/aws/parked-keys.ts';
import { parkedLetter } from './parked-letters.ts';

type Rig = {
  readonly rejected?: readonly string[];
  readonly slow?: readonly string[];
  readonly unsent?: readonly string[];
};

/** Keys with what waits of them, and a sink that writes what is sent to it, in some polls. */
function rig(
  waiting: Readonly<Record<string, readonly number[]>>,
  { rejected = [], slow = [], unsent = [] }: Rig = {},
) {
  const keys = new Map<string, ParkedKey>(
    Object.entries(waiting).map(([key, offsets]) => [
      key,
      { key, version: 'v', waits: offsets.map((offset) => ({ at: 'orders-3', offset })) },
    ]),
  );
  const sent: string[] = [];
  const lines: string[] = [];
  let now = 0;
  let kept = 0;
  const inFlight: Letter[] = [];

  /** The sink gets to the letters in the order of their sending, and refuses what is not the lowest. */
  function work(): void {
    for (const { attempts = 1, parkedKey, position } of inFlight.splice(0)) {
      const item = keys.get(String(parkedKey));
      const first = item && `orders-3@${item.waits[0]!.offset}`;
      if (!item || first !== position || slow.includes(position)) continue;
      if (rejected.includes(position)) keys.set(item.key, { ...item, tried: { position, attempts: attempts + 1 } });
      else if (item.waits.length === 1) keys.delete(item.key);
      else keys.set(item.key, { ...item, waits: item.waits.slice(1) });
    }
  }

  const interrupt = new AbortController();
  const deps: OrderDeps = {
    get: async (_, key) => keys.get(key),
    async send(letter) {
      if (unsent.includes(letter.position)) return false;
      sent.push(letter.position);
      inFlight.push(letter);
      return true;
    },
    keep: async () => void kept++,
    async sleep(ms) {
      now += ms;
      work();
    },
    now: () => now,
    signal: interrupt.signal,
    out: (line) => lines.push(line),
  };
  const redrive = (letters: readonly Letter[]) => redriveInOrder(letters, deps);
  return { interrupt, keys, lines, redrive, sent, keptOf: () => kept, timeOf: () => now };
}

test('sends those of a key in the order in which they wait, however they come, each when the one before it is written', async () => {
  const { keys, redrive, sent } = rig({ a: [5, 7, 9] });
  expect(await redrive([9, 5, 7].map((offset) => parkedLetter('a', offset)))).toBe(0);
  expect(sent).toEqual(['orders-3@5', 'orders-3@7', 'orders-3@9']);
  // nothing waits for the last one
  expect(keys.get('a')?.waits).toHaveLength(1);
});

test('keys go side by side', async () => {
  const waiting = Object.fromEntries(Array.from({ length: 25 }, (_, key) => [`k${key}`, [key * 10, key * 10 + 1]]));
  const { redrive, sent, timeOf } = rig(waiting);
  const letters = Object.entries(waiting).flatMap(([key, offsets]) =>
    offsets.map((offset) => parkedLetter(key, offset)),
  );
  expect(await redrive(letters)).toBe(0);
  expect(sent).toHaveLength(50);
  expect(timeOf()).toBeLessThan(25 * 250 * 2);
});

test('what does not wait any more is sent at once: the sink settles it without a write', async () => {
  const { redrive, sent, timeOf } = rig({});
  expect(await redrive([parkedLetter('a', 5), parkedLetter('a', 7)])).toBe(0);
  expect({ sent, time: timeOf() }).toEqual({ sent: ['orders-3@5', 'orders-3@7'], time: 0 });
});

test.each<[string, readonly number[], Rig, number, string[], string]>([
  ['the lowest is not among them', [7, 9], {}, 2, [], 'behind orders-3@5, whose dead letter is not among them'],
  [
    'the lowest is rejected again',
    [5, 7, 9],
    { rejected: ['orders-3@5'] },
    2,
    ['orders-3@5'],
    'behind orders-3@5, which was rejected again',
  ],
  [
    'the lowest is not written in time',
    [5, 7],
    { slow: ['orders-3@5'] },
    1,
    ['orders-3@5'],
    'behind orders-3@5, which is not written yet',
  ],
  ['the replay queue does not take the lowest', [5, 7], { unsent: ['orders-3@5'] }, 1, [], 'behind orders-3@5'],
])('where %s the others stay, and why is said', async (_, offsets, fate, waiting, expected, why) => {
  const { lines, redrive, sent } = rig({ a: [5, 7, 9] }, fate);
  expect(await redrive(offsets.map((offset) => parkedLetter('a', offset)))).toBe(waiting);
  expect(sent).toEqual(expected);
  expect(lines).toEqual([`Left ${waiting} dead letter${waiting === 1 ? '' : 's'} of one key ${why}`]);
});

test('one key that is stuck holds up no other', async () => {
  const { redrive, sent } = rig({ a: [5, 7], b: [6, 8] }, { rejected: ['orders-3@5'] });
  const letters = [parkedLetter('a', 5), parkedLetter('a', 7), parkedLetter('b', 6), parkedLetter('b', 8)];
  expect(await redrive(letters)).toBe(1);
  expect(sent.toSorted()).toEqual(['orders-3@5', 'orders-3@6', 'orders-3@8']);
});

test('letters are kept from others while it lasts', async () => {
  const offsets = Array.from({ length: 1_000 }, (_, offset) => offset);
  const { keptOf, redrive } = rig({ a: offsets });
  expect(await redrive(offsets.map((offset) => parkedLetter('a', offset)))).toBe(0);
  expect(keptOf()).toBe(2);
});

test('an interrupt ends it behind the letter that was sent', async () => {
  const { interrupt, redrive, sent } = rig({ a: [5, 7] }, { slow: ['orders-3@5'] });
  setImmediate(() => interrupt.abort());
  expect(await redrive([parkedLetter('a', 5), parkedLetter('a', 7)])).toBe(1);
  expect(sent).toEqual(['orders-3@5']);
});
