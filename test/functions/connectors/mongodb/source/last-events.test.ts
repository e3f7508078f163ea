import fc from 'fast-check';
import { BSON, type Document } from 'mongodb';
import { expect, test } from 'vitest';
import { leaveOut, trackLastEvents } from '../../../../../functions/connectors/mongodb/source/last-events.ts';
import { insertAt, secondsAt, timeAt, tokenAt } from './scripted-deployment.ts';

const bytes = (events: readonly Document[]) => events.map((event) => Buffer.from(BSON.serialize(event)));
const text = (event: Document) => JSON.stringify(event._id).replace('":"', '": "');
const ids = (events: readonly Buffer[]) => events.map((event) => BSON.deserialize(event).documentKey._id);

test('of events of one time the tokens are kept, over several replies', () => {
  const note = trackLastEvents();
  const events = [insertAt(1, 1), insertAt(2, 2), insertAt(2, 3), insertAt(2, 4)];
  expect(note([])).toBeUndefined();
  expect(note(bytes(events.slice(0, 2)))?.tokens).toEqual([text(events[1]!)]);
  expect(note([])?.tokens).toEqual([text(events[1]!)]);
  expect(note(bytes(events.slice(2)))).toEqual({
    seconds: secondsAt(2),
    increment: 1,
    tokens: events.slice(1).map(text),
  });
  expect(note(bytes([insertAt(3, 5)]))?.seconds).toBe(secondsAt(3));
});

test('what was stored is kept until there is a later event, and is added to by events of its time', () => {
  const known = { seconds: secondsAt(2), increment: 1, tokens: ['a'] };
  expect(trackLastEvents(known)([])).toEqual(known);
  expect(trackLastEvents(known)(bytes([insertAt(2, 1)]))?.tokens).toEqual(['a', text(insertAt(2, 1))]);
  expect(trackLastEvents(known)(bytes([insertAt(3, 1)]))?.tokens).toEqual([text(insertAt(3, 1))]);
});

test('a large transaction keeps a thousand tokens, or fewer where they are long', () => {
  const short = Array.from({ length: 1200 }, (_, id) => insertAt(1, id, 'F'));
  expect(trackLastEvents()(bytes(short))?.tokens).toHaveLength(1000);
  const long = Array.from({ length: 10 }, (_, id) => insertAt(1, id, 'F'.repeat(10_000)));
  expect(trackLastEvents()(bytes(long))?.tokens).toHaveLength(4);
});

test('an event without clusterTime has the time of its token, and one without a time changes nothing', () => {
  const { clusterTime: _, ...projected } = insertAt(1, 1);
  expect(trackLastEvents()(bytes([projected]))?.seconds).toBe(secondsAt(1));
  const foreign = { ...projected, _id: { _data: 'T1' } };
  expect(trackLastEvents()(bytes([foreign]))).toBeUndefined();
});

test.each([
  ['an event that is known', [insertAt(2, 1)], [insertAt(2, 1), insertAt(2, 2), insertAt(3, 3)], [2, 3]],
  [
    'a known token at another time, which no server makes',
    [insertAt(2, 1)],
    [{ ...insertAt(2, 1), clusterTime: timeAt(3) }],
    [1],
  ],
  ['nothing is known', [], [insertAt(2, 1)], [1]],
])('leaves out: %s', (_, known, events, kept) => {
  const last = { seconds: secondsAt(2), increment: 1, tokens: known.map(text) };
  expect(ids(leaveOut(last)(bytes(events)))).toEqual(kept);
});

test('what was read up to any place and what comes again from its time on are together each event once', () => {
  const times = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(times, fc.nat(30), fc.integer({ min: 1, max: 7 }), (seconds, place, size) => {
      const events = seconds.sort().map((second, id) => insertAt(second, id));
      const read = events.slice(0, place);
      const note = trackLastEvents();
      let last: ReturnType<typeof note>;
      for (let at = 0; at < read.length; at += size) last = note(bytes(read.slice(at, Math.min(at + size, place))));
      const again = events.filter(({ clusterTime }) => !last || clusterTime.t >= last.seconds);
      const without = leaveOut(last);
      const kept: number[] = [];
      for (let at = 0; at < again.length; at += size) kept.push(...ids(without(bytes(again.slice(at, at + size)))));
      expect([...read.map(({ documentKey }) => documentKey._id), ...kept]).toEqual(events.map((_, id) => id));
    }),
  );
});

test('a token of the tests is one of mongod', () => {
  expect(tokenAt(0)._data).toBe('826592008000000001');
});
