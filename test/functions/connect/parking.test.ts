import { expect, test } from 'vitest';
import {
  documentKey,
  mustWait,
  noteWaiting,
  parkingKey,
  type WaitingPosition,
} from '../../../functions/connect/parking.ts';

const at = (offset: number, partition = 3): WaitingPosition => ({ at: `orders-${partition}`, offset });

test.each([
  ['a later record of the same topic-partition waits', at(1050), true],
  ['the record itself, which came again, may be tried', at(1042), false],
  // it was written before, and comes again with its batch
  ['an earlier record passes', at(7), false],
  ['one of another topic-partition waits, for Kafka gives the two no order', at(1, 4), true],
])('%s', (_, record, expected) => {
  expect(mustWait(record, at(1042))).toBe(expected);
});

test.each([
  ['the first to come', [at(9)], at(9)],
  ['an earlier one of its topic-partition goes in front', [at(9), at(5)], at(5)],
  ['a later one stays behind', [at(5), at(9)], at(5)],
  ['one of another topic-partition stays behind', [at(5), at(1, 4)], at(5)],
])('the position that others wait for: %s', (_, noted, expected) => {
  const first = new Map<string, WaitingPosition>();
  for (const position of noted) noteWaiting(first, 'k', position);
  expect(first.get('k')).toEqual(expected);
});

const HASHED = /^shop\.orders#sha256:[0-9a-f]{64}$/;

test.each([
  ['a text', Buffer.from('{"_id": "é"}'), /^shop\.orders#\{"_id": "é"\}$/],
  ['an empty key is a key', Buffer.alloc(0), /^shop\.orders#$/],
  ['bytes that are no text', Buffer.of(0xff, 1), HASHED],
  ['a control character', Buffer.from('a\nb'), HASHED],
  ['a line separator', Buffer.from('a\u2028b'), HASHED],
  ['a key longer than the table takes', Buffer.alloc(2_000, 'a'), HASHED],
  ['a text that looks like a hash', Buffer.from('sha256:00'), HASHED],
  ['a text that looks like an _id', Buffer.from('_id:n1'), HASHED],
])('the name of %s', (_, key, expected) => {
  expect(parkingKey('shop.orders', key)).toMatch(expected);
});

test('different keys have different names, and fit the table with the longest namespace', () => {
  const keys = [Buffer.of(0xff), Buffer.of(0xfe), Buffer.from('a'.repeat(501)), Buffer.from('a'.repeat(502))];
  const scope = 'c'.repeat(255);
  const names = keys.map((key) => parkingKey(scope, key));
  expect(new Set(names).size).toBe(keys.length);
  const longest = [...names, parkingKey(scope, Buffer.alloc(500, 'a')), documentKey(scope, 'a'.repeat(500))];
  for (const name of longest) expect(Buffer.byteLength(`parked#${name}`)).toBeLessThanOrEqual(1024);
});

test('the _id of a document is another name than a key of the same text', () => {
  expect(documentKey('shop.orders', 'n1')).toBe('shop.orders#_id:n1');
  expect(parkingKey('shop.orders', Buffer.from('n1'))).toBe('shop.orders#n1');
  expect(documentKey('shop.orders', '5:\u0000\u0001')).toMatch(/^shop\.orders#_id:sha256:[0-9a-f]{64}$/);
});
