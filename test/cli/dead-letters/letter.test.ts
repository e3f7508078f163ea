import { describe, expect, test } from 'vitest';
import { assertIds, toLetter } from '../../../cli/dead-letters/letter.ts';
import { toDeadLetterBody } from '../../../functions/aws/dead-letter.ts';
import { NOW } from '../command-line.ts';

const received = (Body: string) => ({
  MessageId: 'b7f0a3c2-1111-4222-8333-444455556666',
  ReceiptHandle: 'r',
  Body,
  Attributes: { SentTimestamp: String(NOW) },
});

const bodyWith = (message: string): string =>
  toDeadLetterBody({
    connector: 'orders-sink',
    error: { code: 'WRITE_REJECTED', message, stage: 'TASK_PUT', class: 'WriteException' },
    record: {
      topic: 'orders',
      partition: 3,
      offset: 1042,
      timestamp: NOW,
      timestampType: 'CREATE_TIME',
      key: null,
      value: Buffer.from('{"email": "a@example.org"}'),
      headers: [],
    },
    failedAt: NOW,
    attempts: 1,
  });

describe('the error of a letter quotes no document', () => {
  test.each([
    ['a validator', 'v=1, code=121, message=Document failed validation, details={"consideredValue": "a@example.org"}'],
    [
      'a unique index',
      'v=1, code=11000, message=E11000 duplicate key error dup key: { email: "a@example.org" }, details={}',
    ],
    ['an element in the sentence', 'message=Cannot create field b in element {a: "a@example.org"}, code=28'],
    ['an element that is cut', 'message=Cannot create field b in element {a: "a@example.org'],
    ['a value of several lines', 'message=Failed, details={"value": "\n a@example.org"}'],
  ])('of %s', (_, message) => {
    const { sentence, position } = toLetter(received(bodyWith(message)));
    expect(position).toBe('orders-3@1042');
    expect(sentence).toMatch(/message=/);
    expect(sentence).not.toContain('a@example.org');
  });
});

test.each([
  ['no JSON', 'secret text'],
  ['another document', '{"password": "secret text"}'],
])('a message that is %s is unreadable, and not quoted', (_, body) => {
  const letter = toLetter(received(body));
  expect(letter).toMatchObject({ kind: 'unreadable', failedAt: NOW, connector: '' });
  expect(letter.sentence).not.toContain('secret text');
});

test.each([['abc'], ['zzzz'], ['../../x'], ['']])('%j names no dead letter', (id) => {
  expect(() => assertIds([id])).toThrow(/Expected at least 4 characters of an id/);
});
