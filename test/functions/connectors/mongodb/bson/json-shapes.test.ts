import fc from 'fast-check';
import { expect, test } from 'vitest';
import { elementsOf } from '../../../../../functions/connectors/mongodb/bson/elements.ts';
import { beginSteps, type Step } from '../../../../../functions/connectors/mongodb/bson/json-shapes.ts';
import { jsonToBson } from '../../../../../functions/connectors/mongodb/bson/json-to-bson.ts';

/** The BSON, or why there is none. */
function outcomeOf(text: string): string {
  try {
    return jsonToBson(Buffer.from(text, 'utf8')).toString('hex');
  } catch (error) {
    return (error as Error).message;
  }
}

/** Names between apostrophes are never known, so this is the ordinary way. */
const ordinaryOf = (text: string): string => outcomeOf(text.replaceAll('"', "'"));

const namesOf = (text: string): string[] => elementsOf(jsonToBson(Buffer.from(text, 'utf8'))).map(({ name }) => name);

const name = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('a', 'b', 'ab', 'abc', 'name', 'named', 'operationType', 'größe') },
  // the same names as above
  { weight: 1, arbitrary: fc.constantFrom('\\u0061', 'n\\u0061me', '\\u0061bc') },
  { weight: 1, arbitrary: fc.constantFrom('', '$a', '$oid', 'a\\nb', 'x'.repeat(64), 'a\\u0000') },
);
const blank = fc.constantFrom('', '', ' ', ' ', '  ', '\n');

const { value } = fc.letrec<{ value: string; document: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('1', '-2.5', '"x"', 'true', 'null', '{"$date": 17}', '{"$oid": "6ab13b800000000000000001"}'),
    tie('document'),
    fc.tuple(tie('document'), tie('document')).map(([one, other]) => `[${one}, ${other}]`),
  ),
  document: fc
    .array(fc.tuple(blank, name, blank, blank, tie('value')), { maxLength: 6 })
    .map((fields) => `{${fields.map(([a, key, b, c, of]) => `${a}"${key}"${b}:${c}${of}`).join(',')}}`),
}));

test('reads what it would read if no name were known', () => {
  fc.assert(
    fc.property(value, (text) => {
      const whole = `{"v": ${text}}`;
      expect(outcomeOf(whole)).toBe(ordinaryOf(whole));
    }),
    { numRuns: 5000 },
  );
});

const EVENT =
  '{"_id": {"_data": "82"}, "operationType": "insert", "list": [{"at": 1}, {"at": 2}], "documentKey": {"_id": 7}}';

test('a text that ends or differs anywhere behind known names is read, or refused, the ordinary way', () => {
  expect(outcomeOf(EVENT)).toBe(ordinaryOf(EVENT));
  for (let at = 1; at < EVENT.length; at += 1) {
    const head = EVENT.slice(0, at);
    const tail = EVENT.slice(at + 1);
    for (const text of [head, `${head}x${tail}`, `${head} ${EVENT.slice(at)}`, `${head}\\${tail}`]) {
      expect(outcomeOf(text)).toBe(ordinaryOf(text));
    }
  }
});

test('of a name that is repeated behind known ones the last value wins', () => {
  expect(namesOf('{"one": 1, "two": 2, "three": 3}')).toEqual(['one', 'two', 'three']);
  const bytes = jsonToBson(Buffer.from('{"one": 1, "two": 2, "one": 3, "three": 4}'));
  expect(elementsOf(bytes).map(({ name: key, value: of }) => [key, of[0]])).toEqual([
    ['one', 3],
    ['two', 2],
    ['three', 4],
  ]);
  // another order of the same names was known before
  expect(namesOf('{"two": 1, "one": 2}')).toEqual(['two', 'one']);
  expect(namesOf('{"two": 1, "one": 2, "two": 3}')).toEqual(['two', 'one']);
  expect(namesOf('{"one": 1, "\\u006fne": 2}')).toEqual(['one']);
});

test('the first name of Extended JSON means a type, though an ordinary document began so before', () => {
  expect(outcomeOf('{"v": {"$type": 1, "x": 2}}')).toBe(ordinaryOf('{"v": {"$type": 1, "x": 2}}'));
  const binary = '{"v": {"$type": "00", "$binary": "AAAA"}}';
  expect(outcomeOf(binary)).toBe(ordinaryOf(binary));
  expect(elementsOf(jsonToBson(Buffer.from(binary)))[0]?.type).toBe(5);
});

/** How many steps lead from one on, with all that is inside of them. */
function countSteps(first: Step): number {
  let count = 0;
  const open = [first];
  for (let step = open.pop(); step; step = open.pop()) {
    count += 1;
    for (const next of [step.next, step.other, step.inner]) if (next) open.push(next);
  }
  return count;
}

test('a document of thousands of names is read whole', () => {
  const names = Array.from({ length: 3000 }, (_, index) => `n${index}`);
  const text = `{${names.map((key) => `"${key}": 1`).join(', ')}}`;
  for (let time = 0; time < 3; time += 1) expect(namesOf(text)).toEqual(names);
  expect(namesOf(text.replace('}', ', "n5": 2}'))).toEqual(names);
});

test('forgets all names after many texts, and learns anew', { timeout: 60_000 }, () => {
  const before = beginSteps();
  const tiny = Buffer.from('{}');
  for (let round = 0; round < 110_000 && beginSteps() === before; round += 1) jsonToBson(tiny);
  const { next } = beginSteps();
  expect(next).toBeUndefined();
  outcomeOf(EVENT);
  expect(countSteps(beginSteps())).toBe(1 + 4 + 2 + 2 + 2);
  expect(outcomeOf(EVENT)).toBe(ordinaryOf(EVENT));
});

test('keeps no more than a few thousand names, whatever comes behind what', { timeout: 60_000 }, () => {
  for (let round = 0; round < 20_000; round += 1) {
    const digits = [...round.toString(8).padStart(5, '0')];
    outcomeOf(`{${digits.map((digit) => `"digit${digit}": {"inside": 1}`).join(', ')}}`);
  }
  const known = countSteps(beginSteps());
  expect(known).toBeGreaterThan(1000);
  expect(known).toBeLessThanOrEqual(4097);
});
