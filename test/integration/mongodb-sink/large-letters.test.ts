import { expect, test } from 'vitest';
import { isStored, parseMessage } from '../../../functions/aws/stored-dead-letter.ts';
import { NO_FAILURES, openSinking } from './sinking.ts';

test.each([
  ['text of 1.5 MB that is full of quotes', 1_500_000, '"'],
  ['text of 6 MB', 6_000_000, 'x'],
])('a rejected record with a %s goes into the bucket and back to its sink exactly', async (_, bytes, character) => {
  await using sinking = await openSinking({}, { hasBucket: true });
  await sinking.db.createCollection('target', { validator: { allowed: true } });
  const text = character.repeat(bytes);
  const value = JSON.stringify({ _id: 1, allowed: false, text });
  expect(await sinking.put([value])).toEqual(NO_FAILURES);
  const [body, ...others] = await sinking.messages();
  expect(others).toEqual([]);
  expect(body!.length).toBeLessThan(12_000);
  expect(isStored(parseMessage(body!))).toBe(true);

  await sinking.db.command({ collMod: 'target', validator: {} });
  expect(await sinking.replay(body!)).toEqual({ batchItemFailures: [] });
  expect((await sinking.target.findOne({}))?.text === text).toBe(true);
});

test('a large record that is rejected again becomes a new dead letter, with one attempt more', async () => {
  await using sinking = await openSinking({}, { hasBucket: true });
  await sinking.db.createCollection('target', { validator: { allowed: true } });
  await sinking.put([JSON.stringify({ _id: 1, text: 'x'.repeat(2_000_000) })]);
  const [first] = await sinking.messages();
  expect(await sinking.replay(first!)).toEqual({ batchItemFailures: [] });
  const [second] = await sinking.messages();
  expect([first, second].map((body) => parseMessage(body!).attempts)).toEqual([1, 2]);
});
