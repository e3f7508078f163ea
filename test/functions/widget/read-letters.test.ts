import { expect, test } from 'vitest';
import { planReading, readLetters } from '../../../functions/widget/read-letters.ts';
import { messageOf, sinkLetter } from './letters.ts';

const batch = (...ids: readonly string[]) => ids.map((id) => messageOf(sinkLetter(), id));

/** Answers with one batch after the other, and notes with which timeout each was asked for. */
function queueOf(visible: number, batches: readonly (readonly string[])[]) {
  const timeouts: number[] = [];
  return {
    timeouts,
    count: async () => ({ visible, hidden: 0 }),
    receive: async (hiddenSeconds: number) => {
      timeouts.push(hiddenSeconds);
      return batch(...(batches[timeouts.length - 1] ?? []));
    },
  };
}

test('hides nothing of a queue that fits into one receipt', () => {
  expect([0, 1, 10].map((waiting) => planReading(waiting).hiddenSeconds)).toEqual([0, 0, 0]);
});

test('hides what it reads of a longer queue for two seconds at most', () => {
  expect(planReading(11).hiddenSeconds).toBe(2);
  expect(planReading(100_000)).toEqual(planReading(11));
});

test.each([
  ['an empty queue, whose count may be late', 0, [[]], 1, []],
  ['all at once', 2, [['a', 'b']], 1, ['a', 'b']],
  [
    'in two receipts, with a repeat',
    3,
    [
      ['a', 'b'],
      ['b', 'c'],
    ],
    2,
    ['a', 'b', 'c'],
  ],
  ['never more than three receipts of a short queue', 3, [['a'], ['a'], ['a'], ['b']], 3, ['a']],
  ['until a long queue gives no more', 12, [['a'], ['b'], []], 3, ['a', 'b']],
])('reads %s', async (_, visible, batches, receipts, expected) => {
  const queue = queueOf(visible, batches);
  const { messages } = await readLetters(queue);
  expect(messages.map(({ id }) => id)).toEqual(expected);
  expect(queue.timeouts).toHaveLength(receipts);
});

test('stops after ten receipts of a queue without an end', async () => {
  const queue = queueOf(
    1000,
    Array.from({ length: 20 }, (_, index) => [`m${index}`]),
  );
  expect((await readLetters(queue)).messages).toHaveLength(10);
});
