import { expect, test } from 'vitest';
import { lendMemory, type PutMemory } from '../../../functions/connect/put-memory.ts';

/** Writes a part of so many bytes, all of them `byte`. */
function write(memory: PutMemory, count: number, byte: number): Buffer {
  const piece = memory.open(count);
  const start = piece.at;
  piece.at += count;
  return piece.bytes.fill(byte, start, piece.at).subarray(start, piece.at);
}

const isAll = (part: Buffer, byte: number): boolean => part.every((each) => each === byte);

test('parts of puts side by side leave each other alone', () => {
  const [one, other] = [lendMemory(), lendMemory()];
  const parts = Array.from({ length: 200 }, (_, byte) => write(byte % 2 === 0 ? one : other, 1 + byte * 50, byte));
  for (const [byte, part] of parts.entries()) expect(isAll(part, byte)).toBe(true);
});

test('the next put writes over what was given back', () => {
  const before = lendMemory();
  const parts = [write(before, 1000, 1), write(before, 60_000, 2)];
  before.giveBack();
  const next = lendMemory();
  for (let count = 0; count < 10; count += 1) write(next, 60_000, 3);
  expect(parts.map((part) => part[0])).toEqual([3, 3]);
});

test('nothing is written over what was not given back', () => {
  const before = lendMemory();
  const parts = Array.from({ length: 20 }, () => write(before, 60_000, 1));
  for (let put = 0; put < 5; put += 1) {
    const next = lendMemory();
    for (let count = 0; count < 40; count += 1) write(next, 60_000, 2);
    next.giveBack();
  }
  for (const part of parts) expect(isAll(part, 1)).toBe(true);
});

test('what is given back twice is lent once', () => {
  const before = lendMemory();
  write(before, 10, 1);
  before.giveBack();
  before.giveBack();
  const [one, other] = [lendMemory(), lendMemory()];
  const part = write(one, 10, 2);
  write(other, 10, 3);
  expect(isAll(part, 2)).toBe(true);
});

test('a large part has memory of its own', () => {
  const memory = lendMemory();
  const large = memory.open(1_000_000);
  expect(large.at).toBe(0);
  expect(large.bytes.length).toBe(1_000_000);
  memory.giveBack();
  expect(lendMemory().open(10).bytes.buffer).not.toBe(large.bytes.buffer);
});

test('a piece that became larger is not kept', () => {
  const memory = lendMemory();
  const piece = memory.open(10);
  piece.bytes = Buffer.alloc(2 * piece.bytes.length);
  memory.giveBack();
  const next = lendMemory();
  for (let count = 0; count < 100; count += 1) {
    const other = next.open(60_000);
    other.at += 60_000;
    expect(other).not.toBe(piece);
  }
});

test('keeps no more than 8 MiB', () => {
  const many = lendMemory();
  const pieces = new Set(
    Array.from({ length: 60 }, () => {
      const piece = many.open(60_000);
      piece.at = piece.bytes.length;
      return piece;
    }),
  );
  many.giveBack();
  const next = lendMemory();
  const again = Array.from({ length: 60 }, () => {
    const piece = next.open(60_000);
    piece.at = piece.bytes.length;
    return piece;
  }).filter((piece) => pieces.has(piece));
  expect(again.length).toBeGreaterThan(0);
  expect(again.length).toBeLessThanOrEqual(32);
});
