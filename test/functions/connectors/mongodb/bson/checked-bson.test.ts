import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkedBson } from '../../../../../functions/connectors/mongodb/bson/checked-bson.ts';
import { elementsOf } from '../../../../../functions/connectors/mongodb/bson/elements.ts';
import { anyFields, anyUniqueFields, type Field, type Tagged, toBytes } from './tagged-bson.ts';

const int32 = (value: number): Tagged => ({ type: 'int32', value });

test('a right document comes back as the very same bytes', () => {
  fc.assert(
    fc.property(anyUniqueFields, (fields) => {
      const bytes = toBytes(fields);
      expect(Buffer.from(checkedBson(bytes)).equals(bytes)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('of a repeated name, at any depth, the last value stands at the place of the first', () => {
  const inner = (fields: Field[]): Tagged => ({ type: 'document', value: fields });
  const repeated = toBytes([
    ['a', int32(1)],
    [
      'b',
      inner([
        ['x', int32(1)],
        ['x', int32(2)],
      ]),
    ],
    ['a', int32(3)],
  ]);
  expect(checkedBson(repeated)).toEqual(
    toBytes([
      ['a', int32(3)],
      ['b', inner([['x', int32(2)]])],
    ]),
  );
});

test('what follows the document is ignored', () => {
  const bytes = toBytes([['a', int32(1)]]);
  expect(checkedBson(Buffer.concat([bytes, Buffer.from('more')]))).toEqual(bytes);
});

test('a text that is not UTF-8 becomes one', () => {
  const bytes = toBytes([['a', { type: 'string', value: 'xy' }]]);
  bytes[bytes.indexOf('y')] = 0xff;
  const [element] = elementsOf(checkedBson(bytes));
  expect(Buffer.from(element!.value).toString('utf8', 4, element!.value.length - 1)).toBe('x\uFFFD');
});

test('bytes that were changed or cut are a document or a data error', () => {
  const broken = fc.record({ fields: anyFields, at: fc.nat(), value: fc.nat(255), cut: fc.nat(8) });
  fc.assert(
    fc.property(broken, ({ fields, at, value, cut }) => {
      const bytes = toBytes(fields);
      bytes[at % bytes.length] = value;
      try {
        elementsOf(checkedBson(bytes.subarray(0, bytes.length - (cut % bytes.length))));
      } catch (error) {
        expect(error).toMatchObject({ name: 'DataError', code: 'RECORD_INVALID' });
      }
    }),
    { numRuns: 3000 },
  );
});
