import { expect, test } from 'vitest';
import { refuseJavaRegex, toWholeRegExp } from '../../../functions/connect/java-regex.ts';

test.each<[pattern: string, matching: string[], other: string[]]>([
  ['shop\\.orders', ['shop.orders'], ['shopxorders', 'SHOP.orders']],
  ['(?i)shop', ['SHOP', 'shop'], ['sho']],
  ['a(?i)b|c', ['aB', 'aC', 'ab'], ['AB', 'C']],
  ['(?i:a)b', ['Ab'], ['AB']],
  ['(?s-i)a.b', ['a\nb'], ['A\nb']],
  ['\\Qa.b\\E+', ['a.bb'], ['axb']],
  ['\\Qa.b', ['a.b'], ['axb']],
  ['a++b', ['aab'], ['b']],
  // a possessive quantifier gives nothing back
  ['a++ab', [], ['aab']],
  ['(?>a|ab)c', ['ac'], ['abc']],
  ['[a-z&&&]?x|[]a]+', [], []],
  ['\\p{Alpha}+\\p{Digit}', ['ab1'], ['é1', 'ab']],
  ['[\\p{Lower}_]+', ['a_b'], ['A']],
  ['\\p{IsGreek}+', ['αβ'], ['ab']],
  ['\\p{L}+', ['é'], ['1']],
  ['\\Aab\\z', ['ab'], ['xab']],
  ['a\\s[\\s]b', ['a \tb'], ['a\u00a0 b']],
  ['a{2,3}?', ['aa'], ['a']],
  ['(?<n>a)\\k<n>', ['aa'], ['ab']],
  ['(a)\\1', ['aa'], ['ab']],
  ['a-b\\-c/d', ['a-b-c/d'], []],
  ['{}'.replace('{}', 'a}'), ['a}'], []],
])('%s', (pattern, matching, other) => {
  if (matching.length === 0 && other.length === 0) {
    expect(refuseJavaRegex(pattern)).toBeTypeOf('string');
    return;
  }
  const whole = toWholeRegExp(pattern);
  expect(matching.filter((text) => !whole.test(text))).toEqual([]);
  expect(other.filter((text) => whole.test(text))).toEqual([]);
});

test.each([
  ['[', 'Unclosed character class near index 0'],
  ['(a', 'Unclosed group near index 2'],
  ['a)', "Unmatched closing ')' near index 1"],
  ['*a', "Dangling meta character '*' near index 0"],
  ['[a[b]]', 'Nested character classes and intersections are not supported here, near index 2'],
  ['\\G', 'The escape \\G is not supported here, near index 0'],
  ['(?d)a', 'The flag (?d) is not supported here'],
  ['(a)\\1b++', 'Back references by number together with possessive quantifiers are not supported here'],
])('%s is refused: %s', (pattern, reason) => {
  expect(refuseJavaRegex(pattern)).toBe(reason);
});
