import { expect, test } from 'vitest';
import { together } from '../../../../../../functions/connectors/mongodb/source/copy/together.ts';

async function* count(name: string, to: number, notes: string[] = []): AsyncGenerator<string> {
  try {
    for (let n = 1; n <= to; n += 1) {
      notes.push(`${name}${n}`);
      yield `${name}${n}`;
    }
  } finally {
    notes.push(`${name} ends`);
  }
}

const nothing = () => undefined;

test('yields everything of all, in turns', async () => {
  const values: string[] = [];
  for await (const value of together([count('a', 3), count('b', 1)], nothing)) values.push(value);
  expect(values).toEqual(['a1', 'b1', 'a2', 'a3']);
});

test('each works on its next value, and on no other, while one is looked at', async () => {
  const notes: string[] = [];
  const all = together([count('a', 9, notes), count('b', 9, notes)], nothing);
  await all.next();
  await new Promise((resolve) => setImmediate(resolve));
  expect(notes).toEqual(['a1', 'b1', 'a2']);
  await all.return();
});

test('one that fails ends all, after they were told to give up', async () => {
  const notes: string[] = [];
  async function* failing(): AsyncGenerator<string> {
    yield 'x';
    throw new Error('broken');
  }
  const giveUp = Promise.withResolvers<never>();
  async function* waiting(): AsyncGenerator<string> {
    try {
      yield await giveUp.promise;
    } finally {
      notes.push('let go');
    }
  }
  const values: string[] = [];
  const run = async () => {
    for await (const value of together([failing(), waiting()], () => giveUp.reject(new Error('given up')))) {
      values.push(value);
    }
  };
  await expect(run()).rejects.toThrow('broken');
  expect([values, notes]).toEqual([['x'], ['let go']]);
});

test('ending early ends all', async () => {
  const notes: string[] = [];
  for await (const _ of together([count('a', 9, notes), count('b', 9, notes)], nothing)) break;
  expect(notes.filter((note) => note.endsWith('ends'))).toEqual(['a ends', 'b ends']);
});
