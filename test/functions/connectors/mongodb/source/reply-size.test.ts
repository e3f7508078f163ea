import { expect, test } from 'vitest';
import { createReplySize } from '../../../../../functions/connectors/mongodb/source/reply-size.ts';

const MEGABYTE = 1024 * 1024;
const eventsOf = (count: number, bytes: number) =>
  Array.from({ length: count }, () => ({ length: bytes }) as Uint8Array);

test('a stream with little to say leaves its replies to the server', () => {
  const size = createReplySize();
  for (const count of [0, 1, 1000]) {
    size.note(eventsOf(count, 1024));
    expect(size.events).toBe(0);
  }
});

test.each([
  ['small events', 16 * 1024, 1024, 2048],
  ['large events', 16, MEGABYTE, 2],
  ['events beyond the size of a reply', 1, 16 * MEGABYTE, 1],
])('behind a large reply the next ones have two megabytes: %s', (_, count, bytes, expected) => {
  const size = createReplySize();
  size.note(eventsOf(count, bytes));
  expect(size.events).toBe(expected);
});

test('the number follows the size of the events, and stays where there are none', () => {
  const size = createReplySize();
  size.note(eventsOf(4096, 1024));
  size.note(eventsOf(100, 4096));
  expect(size.events).toBe(512);
  size.note([]);
  expect(size.events).toBe(512);
});
