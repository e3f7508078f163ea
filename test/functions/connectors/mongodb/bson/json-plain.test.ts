import fc from 'fast-check';
import { expect, test } from 'vitest';
import { elementsOf } from '../../../../../functions/connectors/mongodb/bson/elements.ts';
import { jsonToBson } from '../../../../../functions/connectors/mongodb/bson/json-to-bson.ts';
import { createOutput } from '../../../../../functions/connectors/mongodb/bson/output.ts';

const read = (text: string) => jsonToBson(Buffer.from(text, 'utf8'));

/** The BSON of `{"a": text}`, or why there is none, without the place, which differs with the quotes. */
function outcomeOf(text: string): string {
  try {
    return read(`{"a": ${text}}`).toString('hex');
  } catch (error) {
    return (error as Error).message.replace(/at byte \d+/, '');
  }
}

const digits = (most: number) => fc.stringMatching(new RegExp(`^(?:0*[0-9]{1,9}|[0-9]{1,${most}})$`));
const sign = fc.constantFrom('', '-');

test('an integer is what its digits say, however many they are', () => {
  fc.assert(
    fc.property(sign, digits(22), (minus, text) => {
      const value = BigInt(text) * (minus === '' ? 1n : -1n);
      const isInt32 = BigInt.asIntN(32, value) === value;
      const kind = isInt32 ? '$numberInt' : '$numberLong';
      const fits = BigInt.asIntN(64, value) === value;
      const got = outcomeOf(minus + text);
      if (fits) expect(got).toBe(outcomeOf(`{'${kind}': '${value}'}`));
      else expect(got).toMatch(/64 bits/);
    }),
    { numRuns: 500 },
  );
});

test('a decimal is the double next to it, however many digits it has', () => {
  fc.assert(
    fc.property(sign, digits(12), digits(12), (minus, whole, fraction) => {
      const [element] = elementsOf(read(`{"a": ${minus}${whole}.${fraction}}`));
      expect(element?.type).toBe(1);
      expect(Buffer.from(element!.value).readDoubleLE(0)).toBe(Number(`${minus}${whole}.${fraction}`));
    }),
    { numRuns: 500 },
  );
});

const blank = fc.constantFrom('', ' ', '  ', '\n');
const number = fc.tuple(fc.constantFrom('', '-', '+'), digits(21)).map((parts) => parts.join(''));
const hex = fc.stringMatching(/^[0-9a-fA-Fg]{23,25}$/);
const short = digits(11);
/** A blank within quotes is one of the text. */
const inQuotes = (text: fc.Arbitrary<string>) =>
  fc.tuple(fc.constantFrom('', '', ' '), text, fc.constantFrom('', '', ' ')).map((parts) => `"${parts.join('')}"`);

/** Objects of Extended JSON; the general reader takes those with apostrophes around their first names. */
const forms = fc.oneof(
  fc.tuple(fc.constant('$oid'), inQuotes(fc.oneof(hex, fc.stringMatching(/^[0-9a-fA-F]{24}$/)))),
  fc.tuple(fc.constant('$numberLong'), inQuotes(number)),
  fc.tuple(
    fc.constant('$date'),
    fc.oneof(
      number,
      inQuotes(number).map((text) => `{"$numberLong": ${text}}`),
    ),
  ),
  fc.tuple(
    fc.constant('$timestamp'),
    fc.tuple(short, blank, blank, short).map(([t, one, other, i]) => `{"t":${one}${t}${other},${one}"i":${i}${other}}`),
  ),
);

test('what a source writes for a value is read as the same with other quotes', () => {
  fc.assert(
    fc.property(
      forms,
      blank,
      blank,
      fc.constantFrom('}', '} ', ', }', ', "x": 1}', ''),
      ([name, value], one, other, end) => {
        const rest = `${other}:${one}${value}${other}${end}`;
        expect(outcomeOf(`{${one}"${name}"${rest}`)).toBe(outcomeOf(`{${one}'${name}'${rest}`));
      },
    ),
    { numRuns: 2000 },
  );
});

test('of fields with one name the last value counts, however many fields there are', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 150 }), { maxLength: 200 }), (names) => {
      const expected = new Map(names.map((name, index) => [`n${name}`, index] as const));
      const text = `{${names.map((name, index) => `"n${name}": ${index}`).join()}}`;
      const got = elementsOf(read(text)).map(({ name, value }) => [name, Buffer.from(value).readInt32LE(0)] as const);
      expect(got).toEqual([...expected]);
    }),
  );
});

test.each([10, 63, 64, 65, 300])('a name that comes again behind %i others is found', (count) => {
  const names = Array.from({ length: count }, (_, index) => `n${index}`);
  const text = `{${[...names, 'n0'].map((name, index) => `"${name}": ${index}`).join()}}`;
  const fields = elementsOf(read(text));
  expect(fields.map(({ name }) => name)).toEqual(names);
  expect(Buffer.from(fields[0]!.value).readInt32LE(0)).toBe(count);
});

test('a long text is the same whatever is escaped in it and wherever', () => {
  const piece = fc.oneof(
    fc.string({ maxLength: 90 }),
    fc.integer({ min: 0, max: 9000 }).map((count) => 'x'.repeat(count)),
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('"\\é')),
      (text) => {
        const [element] = elementsOf(read(JSON.stringify({ a: text })));
        expect(Buffer.from(element!.value).toString('utf8', 4, element!.value.length - 1)).toBe(text.toWellFormed());
      },
    ),
  );
});

test('documents lie behind each other, and those that are there stay as they are while there is made room', () => {
  const out = createOutput(8);
  const texts = ['{"a": 1}', `{"b": "${'x'.repeat(3000)}"}`, '{"c": {"d": [1, 2, 3]}}'];
  const documents = texts.map((text) => jsonToBson(Buffer.from(text, 'utf8'), out));
  expect(documents).toEqual(texts.map(read));
  expect(out.bytes.subarray(0, out.at)).toEqual(Buffer.concat(texts.map(read)));
});
