import { expect, test } from 'vitest';
import type { CursorReply } from '../../../../../../functions/connectors/mongodb/source/cursor-reply.ts';
import { encodeAhead } from '../../../../../../functions/connectors/mongodb/source/encode/encode-ahead.ts';
import type { EncodedEvents } from '../../../../../../functions/connectors/mongodb/source/encode/encoded-events.ts';

const reply = (token: string, events = 100): CursorReply => ({
  cursorId: 1n,
  collection: 'orders',
  events: Array.from({ length: events }, () => Buffer.from(token)),
  token,
});

/** Encoders that are done when they are told to be. */
function heldEncoders(count: number) {
  const begun: string[] = [];
  const held = new Map<string, PromiseWithResolvers<EncodedEvents>>();
  const heldOf = (token: string) => {
    if (!held.has(token)) held.set(token, Promise.withResolvers<EncodedEvents>());
    return held.get(token)!;
  };
  return {
    begun,
    done: (token: string) => heldOf(token).resolve({ at: () => 'unpublished', release: () => undefined }),
    fail: (token: string, error: Error) => heldOf(token).reject(error),
    encoders: {
      count,
      encode(events: readonly Buffer[]) {
        begun.push(String(events[0]));
        return heldOf(String(events[0])).promise;
      },
      [Symbol.asyncDispose]: async () => undefined,
    },
  };
}

async function* repliesOf(given: readonly (CursorReply | Error)[], pulled: string[] = []) {
  for (const each of given) {
    if (each instanceof Error) throw each;
    pulled.push(each.token!);
    yield each;
  }
}

const ahead = { giveUp: () => undefined, signal: new AbortController().signal };

test('replies keep their order, whichever is done first', async () => {
  const { done, encoders } = heldEncoders(2);
  const replies = encodeAhead(repliesOf([reply('a'), reply('b'), reply('c', 1)]), encoders, ahead);
  const tokens: unknown[] = [];
  const reading = (async () => {
    for await (const { encoded, token } of replies) tokens.push([token, encoded !== undefined]);
  })();
  done('b');
  await new Promise(setImmediate);
  expect(tokens).toEqual([]);
  done('a');
  await reading;
  // the last one has so few events that it is not worth a thread
  expect(tokens).toEqual([
    ['a', true],
    ['b', true],
    ['c', false],
  ]);
});

test('no more is read ahead than the threads have to do, and one reply that waits', async () => {
  const { begun, encoders } = heldEncoders(2);
  const pulled: string[] = [];
  const given = ['a', 'b', 'c', 'd', 'e'].map((token) => reply(token));
  const replies = encodeAhead(repliesOf(given, pulled), encoders, ahead);
  void replies.next();
  await new Promise(setImmediate);
  expect([pulled.join(''), begun.join('')]).toEqual(['abc', 'abc']);
});

test('what was read before a failure comes before the failure', async () => {
  const { done, encoders } = heldEncoders(2);
  const failure = new Error('position lost');
  const replies = encodeAhead(repliesOf([reply('a'), reply('b'), failure]), encoders, ahead);
  const tokens: unknown[] = [];
  const reading = (async () => {
    for await (const { token } of replies) tokens.push(token);
  })();
  for (const token of ['a', 'b']) done(token);
  await expect(reading).rejects.toBe(failure);
  expect(tokens).toEqual(['a', 'b']);
});

test('a reply that no thread could do fails when it is its turn, and nothing behind it comes', async () => {
  const { done, encoders, fail } = heldEncoders(2);
  const lost = new Error('thread lost');
  const replies = encodeAhead(repliesOf([reply('a'), reply('b'), reply('c')]), encoders, ahead);
  const tokens: unknown[] = [];
  const reading = (async () => {
    for await (const { token } of replies) tokens.push(token);
  })();
  fail('b', lost);
  done('c');
  await new Promise(setImmediate);
  done('a');
  await expect(reading).rejects.toBe(lost);
  expect(tokens).toEqual(['a']);
});

test('who stops early makes the stream end, also while it waits for its next reply', async () => {
  const { encoders } = heldEncoders(1);
  const gaveUp = Promise.withResolvers<void>();
  async function* endless() {
    yield reply('a', 1);
    await gaveUp.promise;
  }
  for await (const { token } of encodeAhead(endless(), encoders, { ...ahead, giveUp: gaveUp.resolve })) {
    expect(token).toBe('a');
    break;
  }
});
