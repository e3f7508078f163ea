import { expect, test } from 'vitest';
import { type Pain, toPainPage } from '../../docs/pains.ts';
import { testNamesOf } from '../../docs/test-names.ts';

const TEXT = `
test('a plain one', () => expect(f('an argument')).toBe(1));
test.each([
  ['a row', 1],
  [
    'a row of several lines',
    2,
  ],
])('the name of a table: %s', () => {});
describe("with a quote's sign", () => {
  test.each(CASES)(
    'a name of its own line',
    () => {},
  );
});
`;

const pain = (number: number, more: Partial<Pain> = {}): Pain => ({
  number,
  pain: 'It hurts.',
  here: 'It does not.',
  tests: [{ file: 'test/a.test.ts', name: 'a plain one' }],
  ...more,
});

/** Forty pains, the first of which is as given. */
const forty = (first: Partial<Pain>): Pain[] =>
  Array.from({ length: 40 }, (_, index) => pain(index + 1, index ? {} : first));

const readText = (file: string) => (file === 'test/a.test.ts' ? TEXT : undefined);

test('finds the names of tests, groups, tables and rows, and no other text', () => {
  expect([...testNamesOf('test/a.test.ts', TEXT)]).toEqual([
    'a plain one',
    'a row',
    'a row of several lines',
    'the name of a table: %s',
    "with a quote's sign",
    'a name of its own line',
  ]);
});

test('finds the cases of a file of cases', () => {
  expect([...testNamesOf('test/cases.json', '[{"name": "a/b", "input": "c"}]')]).toEqual(['a/b']);
});

test('says how many are covered, in part and not at all', () => {
  const pains = forty({ tests: [], notYet: 'No time.' }).map((one) =>
    one.number === 2 ? { ...one, notYet: 'The half of it.' } : one,
  );
  const page = toPainPage(pains, readText);
  expect(page).toContain('38 are covered by tests, 1 in part, 1 not yet');
  expect(page).toContain('- [a.test.ts](../test/a.test.ts): `a plain one`');
  expect(page).toContain('**Not yet**: No time.');
});

test.each<[string, Partial<Pain>, string]>([
  [
    'a test that is not there',
    { tests: [{ file: 'test/a.test.ts', name: 'gone' }] },
    '1: test/a.test.ts has no test "gone"',
  ],
  [
    'an argument that is no test',
    { tests: [{ file: 'test/a.test.ts', name: 'an argument' }] },
    'has no test "an argument"',
  ],
  ['a file that is not there', { tests: [{ file: 'test/b.test.ts', name: 'x' }] }, '1: there is no test/b.test.ts'],
  ['neither a test nor a reason', { tests: [] }, '1: has neither a test nor a reason'],
  ['another number', { number: 7 }, 'Expected number 1, got 7'],
])('refuses %s', (_, first, expected) => {
  expect(() => toPainPage(forty(first), readText)).toThrow(expected);
});

test('refuses to leave one of the forty out', () => {
  expect(() => toPainPage([pain(1)], readText)).toThrow('Expected 40 pains, got 1');
});
