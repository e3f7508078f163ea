import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fetchValues, type StoreValue, storeValues } from '../../../functions/aws/claim-check.ts';
import {
  type DeadLetter,
  deadLetterAttributes,
  parseDeadLetter,
  toDeadLetterBody,
} from '../../../functions/aws/dead-letter.ts';
import { createDeadLetters } from '../../../functions/aws/dead-letters.ts';
import { fetchLetterText, parseMessage } from '../../../functions/aws/stored-dead-letter.ts';
import type { ConsumedRecord } from '../../../functions/connect/records.ts';
import { memoryObjects } from '../../support/object-store.ts';

const bytes = fc.oneof(
  fc.constant(null),
  fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array)),
  fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => Buffer.from(text)),
  fc.constantFrom('\uFFFE', '\uFFFF', '\u0000\u0007', '\u007F\u0085', '"\\', '😀', '').map((text) => Buffer.from(text)),
);
const recordOf = fc.record({
  topic: fc.constantFrom('orders', 'a.b-c_1'),
  partition: fc.nat(1000),
  offset: fc.maxSafeNat(),
  timestamp: fc.integer({ min: -1, max: 4e12 }),
  timestampType: fc.constantFrom('CREATE_TIME' as const, 'LOG_APPEND_TIME' as const, 'NO_TIMESTAMP_TYPE' as const),
  key: bytes,
  value: bytes,
  headers: fc.array(fc.tuple(fc.string({ maxLength: 8 }), bytes), { maxLength: 4 }),
});
const letterOf = (record: ConsumedRecord, message = 'refused'): DeadLetter => ({
  connector: 'orders-sink',
  error: { code: 'WRITE_REJECTED', message, stage: 'TASK_PUT', class: 'c' },
  record,
  failedAt: 1_700_000_000_000,
  attempts: 1,
});
const record: ConsumedRecord = {
  topic: 'orders',
  partition: 3,
  offset: 1042,
  timestamp: 0,
  timestampType: 'CREATE_TIME',
  key: null,
  value: null,
  headers: [],
};

test('a record goes into a dead letter and back exactly as it was', () => {
  fc.assert(
    fc.property(recordOf, (before) => {
      const body = toDeadLetterBody(letterOf(before));
      expect(body).not.toMatch(/[\p{Cc}\uFFFE\uFFFF\u{10000}-\u{10FFFF}]/u);
      expect(parseDeadLetter(body).record).toEqual(before);
    }),
  );
});

test('has at most ten attributes, none of them empty', () => {
  const attributes = deadLetterAttributes(letterOf(record));
  expect(Object.keys(attributes).length).toBeLessThanOrEqual(10);
  expect(Object.values(attributes).every((value) => value !== '')).toBe(true);
});

test('leaves out an attribute that SQS would refuse for being empty, and replaces characters that it refuses', () => {
  const of = (namespace: string) =>
    deadLetterAttributes({ ...letterOf(record), record: { namespace, token: '', key: null, value: null } });
  expect(of('')).not.toHaveProperty('namespace');
  expect(of('shop.a\u0001b\uD800c 😀').namespace).toBe('shop.a\uFFFDb\uFFFDc 😀');
});

test.each([
  ['text', 'hello'],
  ['another document', '{"a": 1}'],
  [
    'a letter without a record',
    '{"connector":"c","error":{"code":"","message":"","stage":"","class":""},"failedAt":"2026-01-01T00:00:00.000Z","attempts":1}',
  ],
])('%s is no dead letter, and is not quoted', (_, body) => {
  expect(() => parseDeadLetter(body)).toThrow(/^Expected a dead letter of a connector, got (?!.*hello)/);
});

type Batch = { Entries: { Id: string; MessageBody: string }[] };

/** A queue that refuses the entries of some places. */
function queue(refuses: (place: number) => boolean, fails = false) {
  const batches: Batch[] = [];
  const client = {
    async send(command: { input: Batch }) {
      if (fails) throw new Error('connection refused');
      batches.push(command.input);
      const [failed, taken] = [true, false].map((wanted) =>
        command.input.Entries.filter(({ Id }) => refuses(Number(Id)) === wanted),
      );
      return {
        Successful: taken?.map(({ Id }) => ({ Id })),
        Failed: failed?.map(({ Id }) => ({ Id, Code: 'Throttled' })),
      };
    },
  };
  return {
    batches,
    send: createDeadLetters('http://queue', client as never),
    sendWith: (storeValue: StoreValue) => createDeadLetters('http://queue', client as never, storeValue),
  };
}

test('sends at most ten in one call, and tells each that the queue refused', async () => {
  const { batches, send } = queue((place) => place === 11);
  const errors = await send(Array.from({ length: 23 }, () => letterOf(record)));
  expect(batches.map(({ Entries }) => Entries.length)).toEqual([10, 10, 3]);
  expect(errors.map((error, place) => (error ? place : -1)).filter((place) => place >= 0)).toEqual([11]);
  expect(errors[11]).toMatchObject({ code: 'DEAD_LETTER_UNSENT', message: expect.stringContaining('orders-3@1042') });
});

test('sends at most a mebibyte in one call, and never a letter that is larger', async () => {
  const { batches, send } = queue(() => false);
  const of = (size: number) => letterOf({ ...record, value: Buffer.alloc(size, 'x') });
  const errors = await send([of(500_000), of(500_000), of(500_000), of(1_100_000)]);
  expect(batches.map(({ Entries }) => Entries.length)).toEqual([2, 1]);
  expect(errors.map(Boolean)).toEqual([false, false, false, true]);
});

const sourceLetter = (value: Uint8Array): DeadLetter => ({
  ...letterOf(record),
  connector: 'orders-source',
  record: { namespace: 'shop.orders', token: '{"_data": "82"}', key: Buffer.from('{"_id": 1}'), value },
});

test.each([
  [
    'a sink',
    letterOf({ ...record, key: Buffer.from('k'), value: Buffer.alloc(1_500_000, 0xff), headers: [['h', null]] }),
  ],
  ['a source', sourceLetter(Buffer.alloc(2_000_000, 'x'))],
])(
  'a letter of %s that is too large is kept in the bucket, and its message tells the facts and where',
  async (_, letter) => {
    const { objects, store } = memoryObjects();
    const { batches, sendWith } = queue(() => false);
    expect(await sendWith(storeValues('large', store))([letter])).toEqual([undefined]);
    const body = batches[0]!.Entries[0]!.MessageBody;
    expect(body.length).toBeLessThan(2000);
    const {
      value: _value,
      valueEncoding: _encoding,
      headers: _headers,
      ...facts
    } = JSON.parse(toDeadLetterBody(letter)).record;
    expect(JSON.parse(body)).toEqual({
      ...JSON.parse(toDeadLetterBody(letter)),
      record: facts,
      $claimCheck: expect.objectContaining({
        bucket: 'large',
        key: expect.stringMatching(new RegExp(`^dead-letters/${letter.connector}/[0-9a-f]{64}$`)),
      }),
    });
    expect(parseMessage(body)).toMatchObject({ connector: letter.connector, attempts: 1, stored: { bucket: 'large' } });
    expect(objects.size).toBe(1);
    const whole = await fetchLetterText(body, fetchValues(store));
    const { value, ...others } = parseDeadLetter(whole).record;
    // element by element a comparison would take seconds
    expect(Buffer.compare(value!, letter.record.value!)).toBe(0);
    const { value: _given, ...given } = letter.record;
    expect(others).toEqual(given);
  },
);

test('a key that is too long for the message is in the bucket only', async () => {
  const { store } = memoryObjects();
  const { batches, sendWith } = queue(() => false);
  const large = letterOf({ ...record, key: Buffer.alloc(2_000_000, 'k') });
  expect(await sendWith(storeValues('large', store))([large])).toEqual([undefined]);
  expect(JSON.parse(batches[0]!.Entries[0]!.MessageBody).record).not.toHaveProperty('key');
});

test('a letter that the bucket does not take is not sent', async () => {
  const { away, store } = memoryObjects();
  away.value = true;
  const { batches, sendWith } = queue(() => false);
  const letters = [letterOf({ ...record, value: Buffer.alloc(2_000_000) }), letterOf(record)];
  const errors = await sendWith(storeValues('large', store))(letters);
  expect(errors.map((error) => error?.code)).toEqual(['DEAD_LETTER_UNSENT', undefined]);
  expect(batches.flatMap(({ Entries }) => Entries)).toHaveLength(1);
});

test('without a bucket the letter of a source leaves the value out, which is in the database, and says so', async () => {
  const { batches, send } = queue(() => false);
  expect(await send([sourceLetter(Buffer.alloc(2_000_000, 'x'))])).toEqual([undefined]);
  const letter = parseDeadLetter(batches[0]!.Entries[0]!.MessageBody);
  expect(letter.error.message).toBe('refused (left out here: a value of 2000000 bytes)');
  expect(letter.record).toMatchObject({ key: Buffer.from('{"_id": 1}'), value: null });
});

test('a message that is no letter is not taken for one that is stored', () => {
  expect(() => parseMessage('{"$claimCheck": {"bucket": "b"}}')).toThrow('Expected a dead letter of a connector');
  expect(parseMessage(toDeadLetterBody(letterOf(record)))).toEqual(letterOf(record));
});

test('a queue that cannot be reached takes none', async () => {
  const errors = await queue(() => false, true).send([letterOf(record), letterOf(record)]);
  expect(errors.map((error) => error?.code)).toEqual(['DEAD_LETTER_UNSENT', 'DEAD_LETTER_UNSENT']);
});
