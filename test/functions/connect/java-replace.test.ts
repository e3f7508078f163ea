import { expect, test } from 'vitest';
import { UnsupportedRegexError } from '../../../functions/connect/java-regex.ts';
import { javaReplaceAll } from '../../../functions/connect/java-replace.ts';

/** Written apart, because it looks like a template of JavaScript. */
const NAMED = ['$', '{n}'].join('');

// what Java 17 prints
test.each([
  ['banana', 'a', '', 'bnn'],
  ['abc', 'x*', '-', '-a-b-c-'],
  ['f_abc', '^f_(.)(.*)$', '$2$1', 'bca'],
  // no tenth group, so the zero is text
  ['abc', '(b)', '[$10]', 'a[b0]c'],
  ['abc', '(?<n>b)', `[${NAMED}]`, 'a[b]c'],
  ['a.b', '\\.', '\\$', 'a$b'],
  ['abc', 'b', '$0$0', 'abbc'],
  ['abc', '(x)?b', '<$1>', 'a<>c'],
  ['abc', 'z', '$9', 'abc'],
  ['abc', '(?i)B', 'x', 'axc'],
  ['aab', 'a++', '[$0]', '[aa]b'],
])('%s with %s by %s is %s', (text, pattern, replacement, expected) => {
  expect(javaReplaceAll(pattern, replacement)(text)).toBe(expected);
});

test.each([
  ['a', '$1', 'No group 1'],
  ['a', NAMED, 'No group n'],
])('%s by %s fails where it matches', (pattern, replacement, message) => {
  const replace = javaReplaceAll(pattern, replacement);
  expect(replace('b')).toBe('b');
  expect(() => replace('a')).toThrow(new RangeError(message));
});

test.each([
  ['a', '$', SyntaxError],
  ['a', '\\', SyntaxError],
  ['[', 'b', SyntaxError],
  ['(a)b++', '$1', UnsupportedRegexError],
])('%s by %s is refused at once', (pattern, replacement, error) => {
  expect(() => javaReplaceAll(pattern, replacement)).toThrow(error);
});
