import { describe, expect, test } from 'vitest';
import { toStoredBody } from '../../../functions/aws/stored-dead-letter.ts';
import { answerWidget } from '../../../functions/widget/answer-widget.ts';
import type { QueueMessage, ReadDeps } from '../../../functions/widget/read-letters.ts';
import { silentLog } from '../../support/silent-log.ts';
import { messageOf, sinkLetter, sourceLetter } from './letters.ts';

const FACTS = {
  environment: 'prod',
  deadLetterQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/111122223333/tailrace-prod-dead-letters',
  replayQueue: 'tailrace-prod-replay',
};

/** A queue that gives all of its messages at once, ten at most. */
const queueWith = (messages: readonly QueueMessage[], { visible = messages.length, hidden = 0 } = {}): ReadDeps => ({
  count: async () => ({ visible, hidden }),
  receive: async () => messages.slice(0, 10),
});

const pageOf = (deps: ReadDeps, event: unknown = {}): Promise<string> =>
  answerWidget(FACTS, { ...deps, log: silentLog })(event);

/** What a person reads of a page. */
const textOf = (page: string): string =>
  page
    .replace(/<style>.*<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

test('tells in Markdown what it is, without a look at the queue', async () => {
  const deps: ReadDeps = { count: () => Promise.reject(new Error('asked')), receive: async () => [] };
  const text = await pageOf(deps, { describe: true });
  expect(text).toMatch(/^## Dead letters/);
  expect(text).not.toContain('<');
});

describe('the page', () => {
  test("tells of a sink's letter the connector, error, topic, partition, offset, key, time and tries, and no content", async () => {
    const page = await pageOf(queueWith([messageOf(sinkLetter())]));
    expect(textOf(page)).toContain(
      '2026-11-24 12:17:22 3f2a91c0 orders-sink orders-3@1042 {&quot;_id&quot;: 1} WRITE_REJECTED MongoDB refused a write for good, as a validator or a unique index does. MongoDB refused orders-3@1042 2',
    );
    expect(page).not.toContain('content');
  });

  test("tells of a source's letter the namespace, and that it can't be sent again", async () => {
    const page = await pageOf(queueWith([messageOf(sourceLetter())]));
    expect(textOf(page)).toContain('orders-source shop.orders change event of a source – RECORD_TOO_LARGE');
    expect(textOf(page)).toContain('Those of sources stay: any change of the document publishes it anew.');
    expect(page).not.toContain('content');
  });

  test.each([
    ['sink', sinkLetter(), 'orders-sink orders-3@1042 {&quot;_id&quot;: 1} WRITE_REJECTED'],
    ['source', sourceLetter(), 'orders-source shop.orders change event of a source – RECORD_TOO_LARGE'],
  ])('tells the same of a letter of a %s that is in the claim check bucket', async (_, letter, expected) => {
    const stored = { bucket: 'b', key: 'k', bytes: 7, sha256: 'a'.repeat(64) };
    const page = await pageOf(queueWith([{ ...messageOf(letter), body: toStoredBody(letter, stored) }]));
    expect(textOf(page)).toContain(expected);
  });

  test('has the newest first, the rest as a number', async () => {
    const messages = [7, 9, 8].map((offset) => messageOf(sinkLetter({ offset }), `0000000${offset}`));
    const page = await pageOf(queueWith(messages, { visible: 500 }));
    expect([...page.matchAll(/orders-3@(\d)</g)].map(([, offset]) => offset)).toEqual(['9', '8', '7']);
    expect(textOf(page)).toMatch(/^500 dead letters wait , the newest 3 of 3 that were looked at/);
  });

  test('shows a binary key as Base64, a long one by its beginning, and none as none', async () => {
    const keys = [Buffer.from([0xff, 0]), Buffer.from('k'.repeat(1000)), null];
    const pages = await Promise.all(keys.map((key) => pageOf(queueWith([messageOf(sinkLetter({ key }))]))));
    expect(pages[0]).toContain('<code>base64 /wA=</code>');
    expect(pages[1]).toContain(`<code>${'k'.repeat(120)}…</code>`);
    expect(pages[2]).toContain('<code>–</code>');
  });

  test('says how to send letters back, with the ids and names of this environment', async () => {
    const page = await pageOf(queueWith([messageOf(sinkLetter())]));
    const text = textOf(page);
    expect(text).toContain('npx tailrace dead-letters show 3f2a91c0 --env prod');
    expect(text).toContain('npx tailrace dead-letters redrive --all --env prod');
    expect(text).toContain('with the custom destination tailrace-prod-replay');
    expect(page).toContain(
      'href="https://eu-west-1.console.aws.amazon.com/sqs/v3/home?region=eu-west-1#/queues/https%3A%2F%2Fsqs.eu-west-1.amazonaws.com%2F111122223333%2Ftailrace-prod-dead-letters"',
    );
  });

  test('shows a message that is no dead letter as such, without its text', async () => {
    const page = await pageOf(queueWith([{ id: '12345678', body: 'password=1', sentAt: 0 }]));
    expect(textOf(page)).toContain('1970-01-01 00:00:00 12345678');
    expect(textOf(page)).toContain('Not a dead letter of Tailrace.');
    expect(page).not.toContain('password');
  });
});

describe('nothing to show', () => {
  test.each([
    ['an empty queue', { visible: 0, hidden: 0 }, 'No dead letter waits.'],
    [
      'letters that somebody else reads',
      { visible: 0, hidden: 2 },
      'No dead letter waits. 2 more being read or sent again just now.',
    ],
    ['letters that SQS did not give', { visible: 4, hidden: 0 }, '4 dead letters wait, none could be read now.'],
  ])('%s', async (_, counts, expected) => {
    expect(textOf(await pageOf(queueWith([], counts)))).toMatch(expected);
  });

  test.each([
    ['the count', { count: () => Promise.reject(new Error('AccessDenied <b>')), receive: async () => [] }],
    [
      'the messages',
      { count: async () => ({ visible: 1, hidden: 0 }), receive: () => Promise.reject(new Error('AccessDenied <b>')) },
    ],
  ])("%s can't be read: says why and what to do, and does not fail", async (_, deps) => {
    const page = await pageOf(deps);
    expect(textOf(page)).toMatch(/^The dead letter queue could not be read : AccessDenied &lt;b&gt;/);
    expect(textOf(page)).toContain('npx tailrace dead-letters list --env prod');
  });
});
