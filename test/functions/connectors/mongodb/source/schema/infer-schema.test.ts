import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError } from '../../../../../../functions/connect/errors.ts';
import { OutputBuffer } from '../../../../../../functions/connect/output-buffer.ts';
import type { Schema } from '../../../../../../functions/connect/records.ts';
import { JSON_FORMATS } from '../../../../../../functions/connectors/mongodb/bson/json-formats.ts';
import { createInferSchema } from '../../../../../../functions/connectors/mongodb/source/schema/infer-schema.ts';
import type { Formatter } from '../../bson/reference-json.ts';
import { anyFields, type Field, type Tagged, toBytes } from '../../bson/tagged-bson.ts';
import { NoSchema, referenceSchema, referenceStruct } from './reference-inference.ts';

const DOCUMENT = 3;
const out = new OutputBuffer();

function inferring(formatter: Formatter = 'simplified') {
  const inferSchema = createInferSchema(JSON_FORMATS[formatter]);
  return (fields: readonly Field[]) => {
    const document = toBytes(fields);
    const { schema, toValue } = inferSchema(document);
    return { schema, value: toValue(document, DOCUMENT, 0, out) };
  };
}

const int32 = (value: number): Tagged => ({ type: 'int32', value });
const text = (value: string): Tagged => ({ type: 'string', value });
const array = (...value: readonly Tagged[]): Tagged => ({ type: 'array', value });
const document = (...value: readonly Field[]): Tagged => ({ type: 'document', value });
const NULL: Tagged = { type: 'null' };

describe('equal shapes give the identical schema', () => {
  test.each<[situation: string, a: readonly Field[], b: readonly Field[]]>([
    ['of other values', [['a', int32(1)]], [['a', int32(2)]]],
    [
      'in another order',
      [
        ['a', int32(1)],
        ['b', text('x')],
      ],
      [
        ['b', text('y')],
        ['a', int32(2)],
      ],
    ],
    ['of other lengths', [['a', array(int32(1))]], [['a', array(int32(1), int32(2), NULL)]]],
    [
      'with null where the other has a text',
      [
        ['a', NULL],
        ['b', array()],
      ],
      [
        ['a', text('x')],
        ['b', array(text('x'))],
      ],
    ],
    [
      'whose items are united',
      [['a', array(document(['x', int32(1)]), document(['y', int32(1)]))]],
      [['a', array(document(['y', int32(1)], ['x', int32(1)]))]],
    ],
    ['whose items become texts', [['a', array(int32(1), text('x'))]], [['a', array(text('x'))]]],
  ])('%s', (_, a, b) => {
    const infer = inferring();
    expect(infer(a).schema).toBe(infer(b).schema);
  });
});

test('nothing is carried over from the document before', () => {
  const infer = inferring();
  const types = [int32(1), text('x'), NULL, document()].map(
    (value) => infer([['a', value]]).schema.fields?.[0]?.schema.type,
  );
  expect(types).toEqual(['int32', 'string', 'string', 'struct']);
});

const [EMPTY, TEXTS, NUMBERS] = [array(), array(text('a')), array(int32(1))];

test.each([[[EMPTY, TEXTS, NUMBERS]], [[TEXTS, EMPTY, NUMBERS]], [[NUMBERS, TEXTS, EMPTY]]])(
  'arrays of several types in an array have items that all fit in, in any order',
  (arrays) => {
    const { schema, value } = inferring()([['a', array(...arrays)]]);
    expect(schema.fields?.[0]?.schema.valueSchema?.valueSchema).toEqual({ type: 'string', optional: true });
    const texts = new Map([
      [EMPTY, []],
      [TEXTS, ['a']],
      [NUMBERS, ['1']],
    ]);
    expect(value).toEqual(new Map([['a', arrays.map((each) => texts.get(each))]]));
  },
);

test('of a repeated name the last type and the first value count', () => {
  const { schema, value } = inferring()([
    ['a', int32(1)],
    ['a', text('x')],
  ]);
  expect(schema.fields?.map(({ schema: { type } }) => type)).toEqual(['string']);
  expect(value).toEqual(new Map([['a', '1']]));
  expect(() =>
    inferring()([
      ['a', text('x')],
      ['a', int32(1)],
    ]),
  ).toThrow(DataError);
});

test('a field with dots in its name has no value of another', () => {
  const [whole, inner] = [document(['a.b', array()]), document(['a', document(['b', int32(5)])])];
  const { value } = inferring()([['items', array(whole, inner)]]);
  const struct = (members: object) => new Map(Object.entries(members));
  expect(value).toEqual(
    struct({ items: [struct({ a: null, 'a.b': [] }), struct({ a: struct({ b: 5 }), 'a.b': null })] }),
  );
});

test('a field without a name is a data error, each time', () => {
  const infer = inferring();
  for (let time = 0; time < 2; time++) {
    expect(() => infer([['a', document(['', int32(1)])]])).toThrow(
      expect.objectContaining({ name: 'DataError', code: 'RECORD_INVALID' }),
    );
  }
});

test('documents of ever new fields do not fill the memory', () => {
  const infer = inferring();
  const first = infer([['a', int32(1)]]).schema;
  const wide = (from: number) =>
    infer(Array.from({ length: 1000 }, (_, index) => [`field-${from + index}`, int32(index)])).schema;
  let last: Schema = first;
  for (let from = 0; from < 40_000; from += 1000) last = wide(from);
  // what came long ago is forgotten, what came just now is not
  expect(infer([['a', int32(1)]]).schema).toEqual(first);
  expect(infer([['a', int32(1)]]).schema).not.toBe(first);
  expect(wide(39_000)).toEqual(last);
});

/** Documents of few names and types, so that what is united has fields in common. */
const { alike } = fc.letrec<{ alike: readonly Field[]; value: Tagged }>((tie) => ({
  alike: fc.array(fc.tuple(fc.constantFrom('_id', 'a', 'b', 'a.b', 'é'), tie('value')), { maxLength: 4 }),
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Tagged>(NULL, int32(1), text('x'), { type: 'int64', value: 1n }, { type: 'boolean', value: true }),
    tie('alike').map((fields): Tagged => document(...(fields as readonly Field[]))),
    fc.array(tie('value'), { maxLength: 4 }).map((items): Tagged => array(...(items as readonly Tagged[]))),
  ) as fc.Arbitrary<Tagged>,
}));

/** The same documents with each name only once. */
const distinct = (fields: readonly Field[]): Field[] =>
  [...new Map(fields.map((field) => [field[0], field])).values()].map(([name, value]) => [name, distinctIn(value)]);
const distinctIn = (value: Tagged): Tagged => {
  if (value.type === 'document') return { type: 'document', value: distinct(value.value) };
  return value.type === 'array' ? { type: 'array', value: value.value.map(distinctIn) } : value;
};

const anyDocument = fc.oneof(anyFields, alike);

test.each<Formatter>(['default', 'extended', 'simplified'])(
  'any documents become what the rules say, one after another (%s)',
  (formatter) => {
    fc.assert(
      fc.property(fc.array(anyDocument.map(distinct), { minLength: 1, maxLength: 4 }), (documents) => {
        const infer = inferring(formatter);
        for (const fields of documents) {
          let schema: Schema;
          try {
            schema = referenceSchema(fields);
          } catch (error) {
            expect(error).toBeInstanceOf(NoSchema);
            expect(() => infer(fields)).toThrow(DataError);
            continue;
          }
          const inferred = infer(fields);
          expect(inferred.schema).toEqual(schema);
          expect(inferred.value).toEqual(referenceStruct(schema, fields, formatter));
        }
      }),
      { numRuns: 300 },
    );
  },
);

test('any document with repeated names becomes a struct or a data error', () => {
  const infer = inferring();
  fc.assert(
    fc.property(anyFields, anyFields, (fields, others) => {
      try {
        const { schema, value } = infer([...fields, ...others, ...fields]);
        expect(value instanceof Map && [...value.keys()]).toEqual(schema.fields?.map(({ field }) => field));
      } catch (error) {
        expect(error).toBeInstanceOf(DataError);
      }
    }),
    { numRuns: 300 },
  );
});
