import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromRuns, hasRoomFor, toRuns, withoutPositions, withPositions } from '../../../functions/aws/waiting-list.ts';
import { type WaitingPosition, waitingText } from '../../../functions/connect/parking.ts';

const listOf = (text: string): WaitingPosition[] =>
  text === ''
    ? []
    : text.split(' ').map((one) => ({ at: `t-${one.split('@')[0]}`, offset: Number(one.split('@')[1]) }));
const textOf = (list: readonly WaitingPosition[]): string => list.map(waitingText).join(' ').replaceAll('t-', '');

test.each([
  ['the first', '', '0@5', '0@5'],
  ['a later one', '0@5', '0@9', '0@5 0@9'],
  ['several', '0@5', '0@7 0@9', '0@5 0@7 0@9'],
  ['one that is in there', '0@5 0@9', '0@5', '0@5 0@9'],
  // the offsets of a group were set back
  ['an earlier one', '0@5 0@9', '0@7', '0@5 0@7 0@9'],
  ['one of another topic-partition', '0@5', '1@2', '0@5 1@2'],
  ['an earlier one of another topic-partition', '0@5 1@2 0@9', '1@1', '0@5 1@1 1@2 0@9'],
])('joining %s', (_, list, positions, expected) => {
  expect(textOf(withPositions(listOf(list), listOf(positions)))).toBe(expected);
});

test('what changes nothing is the same list, so that nothing is written', () => {
  const list = listOf('0@5 0@9');
  expect(withPositions(list, listOf('0@9 0@5'))).toBe(list);
  expect(withoutPositions(list, listOf('0@7 1@5'))).toBe(list);
  expect(textOf(withoutPositions(list, listOf('0@5 0@7')))).toBe('0@9');
});

const position = fc.record({ at: fc.constantFrom('t-0', 't-1', 't-2'), offset: fc.nat(30) });

test('in whatever order and how often positions come, each is in there once and topic-partitions keep their order', () => {
  fc.assert(
    fc.property(fc.array(fc.array(position, { maxLength: 6 }), { maxLength: 8 }), (joins) => {
      const list = joins.reduce<readonly WaitingPosition[]>(withPositions, []);
      const texts = list.map(waitingText);
      expect(new Set(texts)).toEqual(new Set(joins.flat().map(waitingText)));
      expect(new Set(texts).size).toBe(texts.length);
      for (const ofOne of Map.groupBy(list, ({ at }) => at).values()) {
        expect(ofOne.map(({ offset }) => offset)).toEqual(ofOne.map(({ offset }) => offset).toSorted((a, b) => a - b));
      }
      expect(fromRuns(toRuns(list))).toEqual(list);
    }),
  );
});

test('tens of thousands of positions fit an item, and no more than DynamoDB takes', () => {
  const ofLength = (length: number) =>
    Array.from({ length }, (_, index) => ({ at: 't-0', offset: 1_000_000_000 + index }));
  expect(hasRoomFor(ofLength(40_000))).toBe(true);
  expect(hasRoomFor(ofLength(60_000))).toBe(false);
});
