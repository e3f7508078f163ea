import { expect, test } from 'vitest';
import { parseOptions, toHelp } from '../../bench/declare-bench.ts';

const OPTIONS = {
  events: { default: 400_000, what: 'change events of a round' },
  mix: { default: 'insert=100', what: 'per cent of each operation' },
  peer: { default: false, what: 'the peer beside it' },
} as const;

test.each([
  ['nothing said: the defaults', [], { events: 400_000, mix: 'insert=100', peer: false }],
  ['a number is a number', ['--events', '1000'], { events: 1000, mix: 'insert=100', peer: false }],
  ['a text may hold an equals sign', ['--mix', 'insert=60,delete=40'], { mix: 'insert=60,delete=40' }],
  ['so may the form of one argument', ['--mix=insert=60,delete=40'], { mix: 'insert=60,delete=40' }],
  ['a switch needs no value', ['--peer'], { peer: true }],
])('%s', (_, args, expected) => {
  expect(parseOptions(OPTIONS, args)).toMatchObject(expected);
});

test.each([
  ['an unknown option', ['--evnts', '5'], /--evnts/],
  ['a number that is none', ['--events', 'many'], /whole number for --events, got 'many'/],
  ['half an event', ['--events', '0.5'], /whole number for --events/],
  ['less than nothing', ['--events=-5'], /whole number for --events/],
  ['no value', ['--events'], /--events/],
  ['an empty value', ['--events='], /whole number for --events/],
  ['a word beside the options', ['peer'], /peer/],
])('refuses %s', (_, args, message) => {
  expect(() => parseOptions(OPTIONS, args)).toThrow(message);
});

test('the help has every option with its default, and a switch without', () => {
  const help = toHelp('source', { what: 'the source task', options: OPTIONS });
  expect(help).toMatch(/^ {2}source +the source task$/m);
  expect(help).toMatch(/^ +--events 400000 +change events of a round$/m);
  expect(help).toMatch(/^ +--peer +the peer beside it$/m);
});
