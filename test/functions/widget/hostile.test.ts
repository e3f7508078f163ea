import fc from 'fast-check';
import { expect, test } from 'vitest';
import { html } from '../../../functions/widget/html.ts';
import { toLetterRow } from '../../../functions/widget/letter-row.ts';
import { toPage } from '../../../functions/widget/page.ts';
import { messageOf, sinkLetter } from './letters.ts';

const FACTS = { environment: 'prod', deadLetterQueueUrl: 'https://elsewhere/queue', replayQueue: 'replay' };

const pageWith = (text: string): string => {
  const letter = sinkLetter({ connector: text || 'x', topic: text || 'x', key: Buffer.from(text), message: text });
  return toPage({ rows: [toLetterRow(messageOf(letter))], read: 1, waiting: 1, beingRead: 0 }, FACTS);
};

const tagsOf = (page: string): string[] => [...page.matchAll(/<[^>]*>/g)].map(([tag]) => tag);

const HARMLESS = tagsOf(pageWith('harmless'));

test.each([
  ['a script', '<script>alert(1)</script>'],
  ['an image', '"><img src=x onerror=alert(1)>'],
  ['an action of CloudWatch', '<cwdb-action action="call" endpoint="arn:aws:lambda:x">Redrive</cwdb-action>'],
  ['the end of a cell', "</td></tr></table><a href='https://evil.example'>redrive</a>"],
  ['a style', '</style><style>*{display:none}'],
  ['an entity', '&lt;b&gt;'],
])('%s in names, key and error stays text', (_, text) => {
  const page = pageWith(text);
  expect(tagsOf(page)).toEqual(HARMLESS);
  expect(page).not.toContain(text);
});

test('no text of a letter ever makes markup', () => {
  const markup = fc.array(
    fc.constantFrom('<', '>', '"', "'", '`', '&', '/', '!--', 'script', ' on=', '=', '\u0000', 'é'),
  );
  const texts = fc.oneof(
    fc.string(),
    markup.map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      expect(tagsOf(pageWith(text))).toEqual(HARMLESS);
    }),
  );
});

test('what nobody sees is spelled out', () => {
  expect(html`${'a\u202eb\u0000c\u009bd'}`.markup).toBe('a\\u202eb\\u0000c\\u009bd');
});

test("an attribute can't be left", () => {
  expect(html`<a href="${'" onclick="x'}">`.markup).toBe('<a href="&quot; onclick=&quot;x">');
});
