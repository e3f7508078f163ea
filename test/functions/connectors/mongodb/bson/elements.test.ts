import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  elementIn,
  elementOf,
  elementsOf,
  fieldOf,
  namesThatBegin,
  toElement,
  withElement,
} from '../../../../../functions/connectors/mongodb/bson/elements.ts';
import { anyUniqueFields, toBytes } from './tagged-bson.ts';

test('one field is found as if all were taken apart', () => {
  fc.assert(
    fc.property(anyUniqueFields, fc.string(), (fields, other) => {
      const bytes = toBytes(fields);
      const all = elementsOf(bytes);
      for (const name of [...fields.map(([of]) => of), other]) {
        const element = elementOf(all, name);
        expect(elementIn(bytes, name)).toEqual(element);
        expect(fieldOf(bytes, name)).toEqual(element && { type: element.type, value: element.value });
      }
    }),
  );
});

test('a field behind the others is the last one', () => {
  fc.assert(
    fc.property(anyUniqueFields, (fields) => {
      const added = toElement('added', 0x10, Buffer.of(1, 0, 0, 0));
      expect(withElement(toBytes(fields), added)).toEqual(toBytes([...fields, ['added', { type: 'int32', value: 1 }]]));
    }),
  );
});

test('names are found by how they begin, at the top only', () => {
  const one = { type: 'int32', value: 1 } as const;
  const bytes = toBytes([
    ['a$', one],
    ['$b', one],
    ['', one],
    ['c', { type: 'document', value: [['$d', one]] }],
  ]);
  expect(namesThatBegin(bytes, '$')).toEqual(['$b']);
});
