import { expect, test } from 'vitest';
import { nextOffsetIn, toFetchRequest } from '../../../bench/latency/fetch-request.ts';

test('a fetch asks for what is behind the offset, of one partition', () => {
  const { apiKey, apiVersion, body } = toFetchRequest({ topic: 'orders', partition: 3, offset: 2 ** 33 + 5 }, 500);
  expect([apiKey, apiVersion]).toEqual([1, 4]);
  const bytes = Buffer.concat(body);
  expect(bytes.readInt32BE(4)).toBe(500);
  expect(bytes.toString('latin1', 23, 29)).toBe('orders');
  expect(bytes.readInt32BE(33)).toBe(3);
  expect(Number(bytes.readBigInt64BE(37))).toBe(2 ** 33 + 5);
  expect(bytes.length).toBe(37 + 8 + 4);
});

/** A batch as a broker sends it, with nothing in it but where its records are. */
function batch(baseOffset: number, records: number): Buffer {
  const bytes = Buffer.alloc(61 + 10);
  bytes.writeBigInt64BE(BigInt(baseOffset), 0);
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes.writeInt32BE(records - 1, 23);
  return bytes;
}

function answer(batches: readonly Buffer[], errorCode = 0): Buffer {
  const records = Buffer.concat(batches);
  const bytes = Buffer.alloc(8 + 8 + 4 + 4 + 2 + 16 + 4 + 4);
  let at = bytes.writeInt32BE(1, bytes.writeInt32BE(0, 0));
  at = bytes.writeInt16BE(6, at);
  at += bytes.write('orders', at);
  at = bytes.writeInt32BE(1, at);
  at = bytes.writeInt16BE(errorCode, at + 4);
  at = bytes.writeInt32BE(-1, at + 16);
  bytes.writeInt32BE(records.length, at);
  return Buffer.concat([bytes, records]);
}

test.each([
  ['nothing came', [], 7],
  ['one record', [batch(7, 1)], 8],
  ['several batches', [batch(7, 3), batch(10, 40)], 50],
  // a broker sends whole batches only, also where the offset is in the middle of one
  ['a batch that begins before', [batch(5, 4)], 9],
  ['a batch that is cut before its records are known', [batch(7, 3), batch(10, 40).subarray(0, 30)], 10],
])('the next offset: %s', (_, batches, expected) => {
  expect(nextOffsetIn(answer(batches), 7)).toBe(expected);
});

test('a topic that was made just now has no answer yet; any other error is one', () => {
  expect(nextOffsetIn(answer([], 3), 0)).toBeUndefined();
  expect(nextOffsetIn(answer([], 6), 0)).toBeUndefined();
  expect(() => nextOffsetIn(answer([], 29), 0)).toThrow('error 29');
});
