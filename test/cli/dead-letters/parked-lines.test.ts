import { expect, test } from 'vitest';
import { toParkedLine, toParkedLines } from '../../../cli/dead-letters/parked-lines.ts';
import { parkedLetter } from './parked-letters.ts';

const WAITING: Readonly<Record<string, readonly number[]>> = {
  alone: [5],
  some: [5, 7, 9],
  many: Array.from({ length: 30 }, (_, offset) => offset),
};
const table = {
  async get(_: string, key: string) {
    const offsets = WAITING[key];
    return offsets && { key, version: 'v', waits: offsets.map((offset) => ({ at: 'orders-3', offset })) };
  },
};

test.each([
  ['alone', 5, 'Key: alone, parked'],
  ['some', 5, 'Key: some, parked, behind it wait orders-3@7, orders-3@9'],
  ['some', 9, 'Key: some, waits behind orders-3@5, 3 of 3'],
  ['some', 4, 'Key: some, the letter does not wait any more: it is left out when it is sent again'],
  ['gone', 5, 'Key: gone, nothing of it waits: the letter is left out when it is sent again'],
  [false, 5, 'Key: not parked (errors.park.keys is off), newer state may have been written since'],
  [undefined, 5, undefined],
] as const)('a letter of the key %s at %i', async (key, offset, expected) => {
  expect(await toParkedLine(parkedLetter(key, offset), table)).toBe(expected);
});

test('a list says once what waits behind which letter, and nothing of keys where nothing does', async () => {
  const letters = [
    ...[9, 5].map((offset) => parkedLetter('some', offset)),
    ...['alone', 'many', 'gone', false, undefined].map((key) => parkedLetter(key as string, 0)),
  ];
  expect(await toParkedLines(letters, table)).toEqual([
    'Behind orders-3@5 wait orders-3@7, orders-3@9',
    `Behind orders-3@0 wait ${Array.from({ length: 10 }, (_, offset) => `orders-3@${offset + 1}`).join(', ')} and 19 more`,
  ]);
});
