import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createFieldLookup,
  startAt,
  typeAt,
} from '../../../../../../functions/connectors/mongodb/source/schema/field-lookup.ts';
import { type Field, type Tagged, toBytes } from '../../bson/tagged-bson.ts';

const int32 = (value: number): Tagged => ({ type: 'int32', value });
const text = (value: string): Tagged => ({ type: 'string', value });
const document = (...value: readonly Field[]): Tagged => ({ type: 'document', value });

test('a name is no path where it must be literal', () => {
  const lookUp = createFieldLookup([['a.b', 0]], 'literal');
  const places = [0];
  lookUp(toBytes([['a', document(['b', int32(1)])]]), 0, places);
  expect(places).toEqual([0]);
});

/** The int32 found for each name; `other`: a value of another type; nothing: not there. */
function found(names: readonly string[], ...documents: readonly (readonly Field[])[]): unknown[] {
  const lookUp = createFieldLookup(
    names.map((name, index) => [name, index]),
    'paths',
  );
  return documents.map((fields) => {
    const bytes = toBytes(fields);
    const places = names.map(() => 0);
    lookUp(bytes, 0, places);
    return places.map((place) => {
      if (place === 0) return undefined;
      return typeAt(place) === 0x10 ? bytes.readInt32LE(startAt(place)) : 'other';
    });
  });
}

test.each<[situation: string, name: string, fields: readonly Field[], value: unknown]>([
  [
    'a name',
    'a',
    [
      ['b', int32(1)],
      ['a', int32(2)],
    ],
    2,
  ],
  [
    'the literal name before the path',
    'a.b',
    [
      ['a', document(['b', int32(1)])],
      ['a.b', int32(2)],
    ],
    2,
  ],
  ['a path through documents', 'a.b.c', [['a', document(['b', document(['c', int32(3)])])]], 3],
  ['the literal rest of a path', 'a.b.c', [['a', document(['b', document(['c', int32(1)])], ['b.c', int32(2)])]], 2],
  ['only the first part cut off', 'a.b.c', [['a.b', document(['c', int32(1)])]], undefined],
  ['no path through arrays', 'a.0', [['a', { type: 'array', value: [int32(1)] }]], undefined],
  ['no path that ends with a dot', 'a.', [['a', document(['', int32(1)])]], undefined],
  ['a literal name that ends with a dot', 'a.', [['a.', int32(1)]], 1],
  [
    'the first of several elements',
    'a',
    [
      ['a', int32(1)],
      ['a', int32(2)],
    ],
    1,
  ],
  [
    'a path through the first of several elements',
    'a.b',
    [
      ['a', text('x')],
      ['a', document(['b', int32(1)])],
    ],
    undefined,
  ],
  [
    'a name of other characters',
    'é😀',
    [
      ['é', int32(1)],
      ['é😀', int32(2)],
    ],
    2,
  ],
  ['an empty name', '', [['', int32(4)]], 4],
  ['a null as a value that is there', 'a', [['a', { type: 'null' }]], 'other'],
])('finds %s', (_, name, fields, value) => {
  expect(found([name], fields)).toEqual([[value]]);
});

test('a document of another order is looked up as well as the one before it', () => {
  const [first, second] = found(
    ['a', 'b'],
    [
      ['a', int32(1)],
      ['b', int32(2)],
    ],
    [
      ['b', int32(3)],
      ['x', int32(0)],
      ['a', int32(4)],
    ],
  );
  expect([first, second]).toEqual([
    [1, 2],
    [4, 3],
  ]);
});

/** The rule of field names, for one name: the first literal field, or the path from the first dot on. */
function referenceLookUp(fields: readonly Field[], name: string): Tagged | undefined {
  const literal = fields.find(([field]) => field === name);
  if (literal) return literal[1];
  const dot = name.indexOf('.');
  if (dot < 0 || name.endsWith('.')) return undefined;
  const outer = fields.find(([field]) => field === name.slice(0, dot))?.[1];
  return outer?.type === 'document' ? referenceLookUp(outer.value, name.slice(dot + 1)) : undefined;
}

test('many names in one pass are found as each by itself', () => {
  const name = fc.array(fc.constantFrom('a', 'b', '.', 'a.'), { maxLength: 5 }).map((parts) => parts.join(''));
  const { fields } = fc.letrec<{ fields: readonly Field[]; value: Tagged }>((tie) => ({
    fields: fc.array(fc.tuple(name, tie('value')), { maxLength: 5 }),
    value: fc.oneof(
      { maxDepth: 4 },
      fc.integer().map(int32),
      tie('fields').map((inner): Tagged => ({ type: 'document', value: inner as readonly Field[] })),
    ),
  }));
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 6 }), fc.array(fields, { maxLength: 3 }), (names, documents) => {
      const expected = documents.map((document) =>
        names.map((each) => {
          const value = referenceLookUp(document, each);
          return value?.type === 'int32' ? value.value : value && 'other';
        }),
      );
      expect(found(names, ...documents)).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});
