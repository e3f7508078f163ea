import { expect, test } from 'vitest';
import { fixedText, OutputBuffer } from '../../../functions/connect/output-buffer.ts';

const LONG = 200 * 1024;

const write = (out: OutputBuffer, text: string): Buffer => {
  out.ascii(text);
  return out.take();
};

test('texts stay as they are until they are all done with, and the memory of all of them is used again', () => {
  const out = new OutputBuffer();
  out.reuse();
  const before = ['a', 'b', 'c'].map((letter) => write(out, letter.repeat(LONG)));
  expect(before.map((text) => String(text.subarray(0, 2)))).toEqual(['aa', 'bb', 'cc']);
  out.reuse();
  const after = ['d', 'e', 'f'].map((letter) => write(out, letter.repeat(LONG)));
  const memory = new Set(before.map(({ buffer }) => buffer));
  expect(after.map(({ buffer }) => memory.has(buffer))).toEqual([true, true, true]);
});

test('what is half written goes on behind it', () => {
  const out = new OutputBuffer();
  write(out, 'done with');
  out.ascii('half ');
  out.reuse();
  expect(String(write(out, 'whole'))).toBe('half whole');
});

test('a text that is larger than a chunk is whole, and its memory is not kept', () => {
  const out = new OutputBuffer();
  out.reuse();
  const large = write(out, 'x'.repeat(5 * LONG));
  expect(large).toHaveLength(5 * LONG);
  out.reuse();
  expect(write(out, 'x').buffer).not.toBe(large.buffer);
});

test.each(['', '{', ', ', 'null', '{"$oid": "'])(
  'the fixed text %j is only its own characters, also where a chunk ends',
  (text) => {
    const fixed = fixedText(text);
    for (let left = 0; left < 8; left += 1) {
      const out = new OutputBuffer();
      const before = 'x'.repeat(256 * 1024 - left);
      out.ascii(before);
      out.fixed(fixed);
      out.byte(0x21);
      expect(String(out.take())).toBe(`${before}${text}!`);
    }
  },
);
