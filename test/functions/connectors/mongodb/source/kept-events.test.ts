import { expect, test } from 'vitest';
import { keepEvents } from '../../../../../functions/connectors/mongodb/source/kept-events.ts';

test('events are given back by their place, those of one reply and those of their own', () => {
  const reply = Buffer.from('first second');
  const events = [reply.subarray(0, 5), Buffer.from('joined'), reply.subarray(6), reply.subarray(0, 0)];
  const kept = keepEvents();
  for (const event of events) kept.add(event);
  expect(events.map((_, place) => String(kept.at(place)))).toEqual(['first', 'joined', 'second', '']);
  expect(kept.at(4)).toBeUndefined();
});
