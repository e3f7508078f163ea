import fc from 'fast-check';
import { BSON, type Document } from 'mongodb';
import { expect, test } from 'vitest';
import type { CursorReply } from '../../../../../functions/connectors/mongodb/source/cursor-reply.ts';
import {
  createJoinFragments,
  splitsEvents,
  withoutSplitStage,
  withSplitStage,
} from '../../../../../functions/connectors/mongodb/source/split-events.ts';

const STAGE = { $changeStreamSplitLargeEvent: {} };
const MATCH = { $match: { operationType: 'insert' } };

const bytes = (document: Document): Buffer => Buffer.from(BSON.serialize(document));
const token = (text: string) => ({ _data: text });
const tokenText = (text: string) => `{"_data": "${text}"}`;
const replyOf = (events: readonly Buffer[], text?: string): CursorReply => ({
  cursorId: 1n,
  collection: 'orders',
  events,
  token: text && tokenText(text),
});
const fragment = (n: number, fragments: number, members: Document = {}, text = `${n}`) =>
  bytes({ _id: token(text), splitEvent: { fragment: n, of: fragments }, ...members });

test('the stage is last, and there once', () => {
  expect(withSplitStage([MATCH])).toEqual([MATCH, STAGE]);
  expect(withSplitStage([MATCH, STAGE])).toEqual([MATCH, STAGE]);
  expect(withoutSplitStage([MATCH, STAGE])).toEqual([MATCH]);
  expect([[MATCH], [MATCH, STAGE]].map(splitsEvents)).toEqual([false, true]);
});

const member = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.dictionary(fc.string({ minLength: 1 }), fc.double(), { maxKeys: 3 }),
  fc.array(fc.string(), { maxLength: 3 }),
);
const event = fc
  .uniqueArray(
    fc.tuple(
      fc.stringMatching(/^[a-zA-Z]{1,12}$/).filter((name) => name !== 'splitEvent'),
      member,
    ),
    {
      selector: ([name]) => name,
      minLength: 1,
      maxLength: 12,
    },
  )
  .chain((members) =>
    fc.record({ members: fc.constant(members), fragments: fc.integer({ min: 1, max: members.length }) }),
  );

test('fragments of any event, in any replies, become the bytes of the event', () => {
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 6 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 5 })),
      (events, sizes) => {
        const documents = events.flatMap(({ members, fragments }, n) =>
          Array.from({ length: fragments }, (_, index) => {
            const from = Math.floor((members.length * index) / fragments);
            const to = Math.floor((members.length * (index + 1)) / fragments);
            const own = Object.fromEntries(members.slice(from, to));
            const text = `${n}+${index}`;
            return fragments === 1 ? bytes({ _id: token(text), ...own }) : fragment(index + 1, fragments, own, text);
          }),
        );
        const join = createJoinFragments();
        const joined: Buffer[] = [];
        while (documents.length > 0) {
          const reply = join(replyOf(documents.splice(0, sizes.next().value ?? 1)));
          expect(reply.unreadable).toBeUndefined();
          joined.push(...reply.events);
        }
        const whole = events.map(({ members, fragments }, n) =>
          bytes({ _id: token(`${n}+${fragments - 1}`), ...Object.fromEntries(members) }),
        );
        expect(joined.map((each) => each.toString('hex'))).toEqual(whole.map((each) => each.toString('hex')));
      },
    ),
  );
});

const plain = (text: string) => bytes({ _id: token(text), operationType: 'insert' });

test.each<[string, Buffer[], string | undefined]>([
  ['ends behind a whole event', [plain('a')], tokenText('end')],
  ['ends behind the last fragment', [fragment(1, 2), fragment(2, 2)], tokenText('end')],
  ['ends inside a split event', [plain('a'), fragment(1, 3), fragment(2, 3)], tokenText('a')],
  ['has fragments of one event only', [fragment(1, 3), fragment(2, 3)], undefined],
])('the token of a reply that %s', (_, events, expected) => {
  expect(createJoinFragments()(replyOf(events, 'end')).token).toBe(expected);
});

test.each<[string, Buffer[], string[]]>([
  ['one is missing', [fragment(1, 3), fragment(3, 3)], ['fragment 2', 'fragment 1']],
  ['the next event comes before the last one', [fragment(1, 2), plain('b')], ['fragment 2']],
  ['the stream begins inside of one', [fragment(2, 3), fragment(3, 3), plain('b')], ['fragment 1', 'fragment 1']],
])('fragments are unreadable events, and the others go on, where %s', (_, events, expected) => {
  const { unreadable = new Map(), events: given } = createJoinFragments()(replyOf(events, 'end'));
  expect([...unreadable.values()].map(({ message }) => /Expected (fragment \d)/.exec(message)?.[1])).toEqual(expected);
  expect(given).toEqual(expect.arrayContaining([...unreadable.keys()]));
  expect(given.length - unreadable.size).toBe(events.filter((each) => each.equals(plain('b'))).length);
});

test('of an event that grows beyond what a server can hold only the ends are kept', () => {
  const filler = 'x'.repeat(15 * 1024 * 1024);
  const join = createJoinFragments();
  const fragments = Array.from({ length: 6 }, (_, index) => fragment(index + 1, 6, { [`image${index}`]: filler }));
  const replies = fragments.map((each) => join(replyOf([each])));
  const [whole] = replies.at(-1)?.events ?? [];
  expect(replies.flatMap(({ events }) => events)).toHaveLength(1);
  expect(Object.keys(BSON.deserialize(whole!))).toEqual(['_id', 'image0', 'image5']);
  expect(replies.at(-1)?.unreadable?.get(whole!)?.message).toMatch(/^Expected at most 67108864 bytes/);
}, 30_000);
