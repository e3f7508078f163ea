import { describe, expect, test } from 'vitest';
import { ago, toTime } from '../../cli/ago.ts';
import { toColumns } from '../../cli/columns.ts';
import { harmless, oneLine } from '../../cli/one-line.ts';
import { sentenceOf } from '../../cli/sentence-of.ts';
import { ConfigError } from '../../functions/connect/errors.ts';
import { NOW } from './command-line.ts';

test.each([
  ['a moment', 0, '0 s ago'],
  ['seconds', 59_999, '59 s ago'],
  ['minutes', 60_000, '1 min ago'],
  ['hours', 7_200_000, '2 h ago'],
  ['days', 200_000_000, '2 d ago'],
  // clocks of two machines differ
  ['a moment of a clock ahead', -5000, '0 s ago'],
])('%s has passed', (_, passed, expected) => {
  expect(ago(NOW - passed, NOW)).toBe(expected);
});

test('a time is in UTC, to the second', () => {
  expect(toTime(NOW + 123)).toBe('2026-11-24 12:00:00Z');
});

test('columns are as wide as their widest cell and end without blanks', () => {
  expect(toColumns(['A', 'LONG HEADER', ''], [['wide cell', '', 'x\ny']])).toEqual([
    'A          LONG HEADER',
    'wide cell               x y',
  ]);
});

describe('text of others', () => {
  test.each([
    ['an escape sequence', 'a\u001b[31mb', 'a\\u001b[31mb'],
    ['its one-byte form', 'a\u009b31mb', 'a\\u009b31mb'],
    ['a carriage return between words', 'a\r\nb', 'a b'],
    ['a change of direction', 'a\u202eb', 'a\\u202eb'],
    ['letters of any language', 'ä 日本 🙂', 'ä 日本 🙂'],
  ])('%s commands no terminal', (_, text, expected) => {
    expect(oneLine(text)).toBe(expected);
  });

  test('keeps its lines where it has some', () => {
    expect(harmless('{\n  "a": "\u001b"\n}')).toBe('{\n  "a": "\\u001b"\n}');
  });
});

describe('an error is a sentence', () => {
  const named = (name: string, message: string, more = {}) => Object.assign(new Error(message), { name, ...more });
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), {
    code: 'ECONNREFUSED',
    address: '127.0.0.1',
    port: 9,
  });

  test.each([
    ['no credentials', named('CredentialsProviderError', 'x'), /^No AWS credentials found/],
    ['expired ones', named('ExpiredTokenException', 'x'), /have expired/],
    [
      'no right',
      named('AccessDeniedException', 'not authorized to perform: sqs:X'),
      /^AWS refused access: not authorized/,
    ],
    ['no queue', named('QueueDoesNotExist', 'x'), /^The queue does not exist/],
    ['no table', named('ResourceNotFoundException', 'x'), /^The table does not exist/],
    ['no region', new Error('Region is missing'), /^No AWS region/],
    ['nobody listens', refused, /^Nothing answers at 127\.0\.0\.1:9$/],
    ['nobody listens at any address', new AggregateError([refused]), /^Nothing answers at 127\.0\.0\.1:9$/],
    ['a fetch that nobody answers', new TypeError('fetch failed', { cause: refused }), /^Nothing answers at 127/],
    [
      'no such host',
      named('Error', 'x', { code: 'ENOTFOUND', hostname: 'sqs.x' }),
      /^Can't find the address of sqs\.x/,
    ],
    ['one of ours', new ConfigError([{ property: 'a', message: 'Wrong' }]), /^a: Wrong$/],
    ['any other', new Error('Something else'), /^Something else$/],
    ['none with words', named('TeapotError', ''), /^TeapotError$/],
    ['no error at all', 'thrown text', /^thrown text$/],
  ])('%s', (_, error, expected) => {
    expect(sentenceOf(error)).toMatch(expected);
  });
});
