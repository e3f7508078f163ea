import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMessageReader } from '../../../../../functions/connectors/mongodb/client/message-reader.ts';

/** Of so many bytes, all of which are that number behind the length. */
function message(length: number, fill: number): Buffer {
  const bytes = Buffer.alloc(length, fill);
  bytes.writeInt32LE(length);
  return bytes;
}

test('gives the same messages however they are cut into chunks', () => {
  const messages = fc.array(fc.tuple(fc.integer({ min: 16, max: 300 }), fc.nat(255)), { maxLength: 8 });
  const cuts = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 });
  fc.assert(
    fc.property(messages, cuts, (made, sizes) => {
      const sent = made.map(([length, fill]) => message(length, fill));
      const all = Buffer.concat(sent);
      const got: Buffer[] = [];
      const read = createMessageReader((each) => got.push(Buffer.from(each)));
      for (let at = 0, n = 0; at < all.length; n += 1) {
        const size = sizes[n % sizes.length]!;
        read(all.subarray(at, at + size));
        at += size;
      }
      expect(got).toEqual(sent);
    }),
  );
});

test('a message that is a whole chunk is not copied, and one of several chunks keeps none of them', () => {
  const got: Buffer[] = [];
  const read = createMessageReader((each) => got.push(each));
  const whole = message(20, 1);
  read(whole);
  expect(got[0]?.buffer).toBe(whole.buffer);

  const cut = Buffer.from(message(40, 2));
  read(cut.subarray(0, 30));
  read(cut.subarray(30));
  cut.fill(0);
  expect(got[1]).toEqual(message(40, 2));
});

test.each([-1, 0, 15, 48_000_001])('refuses what can be no message: a length of %d', (length) => {
  const read = createMessageReader(() => undefined);
  const bytes = Buffer.alloc(16);
  bytes.writeInt32LE(length);
  expect(() => read(bytes)).toThrow(`Expected a message of 16 to 48000000 bytes, got one of ${length}`);
});
