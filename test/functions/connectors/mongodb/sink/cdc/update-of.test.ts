import { expect, test } from 'vitest';
import { handled, plain, updateOne } from './handling.ts';

const int = (value: number) => ({ $numberInt: String(value) });
const update = (description: object, properties = {}) => {
  const event = {
    operationType: 'update',
    documentKey: { _id: 1 },
    updateDescription: { updatedFields: {}, removedFields: [], ...description },
  };
  return handled('mongodb.ChangeStreamHandler', { value: JSON.stringify(event) }, properties);
};
const isPipeline = (description: object) => {
  const model = update(description);
  return model !== undefined && 'update' in model && Array.isArray(model.update);
};

test.each([
  ['plain paths', { updatedFields: { 'a.b': 1, 'c.0': 2 }, removedFields: ['d'] }, false],
  ['a number that is a name', { updatedFields: { 'a.0': 1 }, disambiguatedPaths: { 'a.0': ['a', '0'] } }, false],
  ['a name with a dot', { updatedFields: { 'a.b': 1 }, disambiguatedPaths: { 'a.b': ['a.b'] } }, true],
  ['a removed name with a dot', { removedFields: ['a.b'], disambiguatedPaths: { 'a.b': ['a.b'] } }, true],
  ['a name with a dollar', { updatedFields: { 'a.$b': 1 } }, true],
  ['an empty name', { updatedFields: { 'a.': 1 } }, true],
  ['a cut array', { truncatedArrays: [{ field: 'a', newSize: 1 }] }, true],
])('%s: by a pipeline? %s', (_, description, expected) => {
  expect(isPipeline(description)).toBe(expected);
});

test.each([
  ['a place and one below it', { updatedFields: { $a: 1, '$a.b': 2 } }],
  ['one below and the place', { updatedFields: { '$a.b': 2, $a: 1 } }],
  ['a new value and its removal', { updatedFields: { $a: 1 }, removedFields: ['$a'] }],
  ['a cut array that is also new', { updatedFields: { a: [] }, truncatedArrays: [{ field: 'a', newSize: 1 }] }],
  ['an array with a named field', { updatedFields: { 'a.b': 1 }, truncatedArrays: [{ field: 'a', newSize: 1 }] }],
  [
    'an index and a name of one place',
    { updatedFields: { '$.0': 1, '$.1': 1 }, disambiguatedPaths: { '$.0': ['$', 0], '$.1': ['$', '1'] } },
  ],
])('changes that exclude each other are refused: %s', (_, description) => {
  expect(() => update(description)).toThrow('got two that exclude each other');
});

test.each([
  ['a size that $slice does not take', { truncatedArrays: [{ field: 'a', newSize: 2 ** 31 }] }],
  ['half an element', { truncatedArrays: [{ field: 'a', newSize: 0.5 }] }],
  ['a part that is neither name nor index', { disambiguatedPaths: { a: [true] } }],
  ['a path that is no list', { disambiguatedPaths: { a: 'a' } }],
])('a description with %s is refused', (_, description) => {
  expect(() => update(description)).toThrow(/Expected .*updateDescription.* at t-0@0$/);
});

const removing = { 'change.data.capture.handler.remove.null.values': 'true' };

test('nulls are left out of a pipeline as of $set', () => {
  const description = { updatedFields: { $a: null, $b: { c: null, d: 1 } } };
  const text = JSON.stringify(update(description, removing));
  expect(text).not.toContain('null');
  expect(text).toContain(JSON.stringify({ $literal: { d: int(1) } }));
});

test('an update of nothing but nulls is none', () => {
  expect(update({ updatedFields: { $a: null } }, removing)).toBeUndefined();
  expect(plain(update({ updatedFields: { a: null }, removedFields: ['b'] }, removing))).toEqual(
    updateOne(int(1), { $unset: { b: '' } }),
  );
});

test.each(['update', 'delete'])('an %s without a documentKey to go by is refused', (operationType) => {
  const updateDescription = { updatedFields: { a: 1 }, removedFields: [] };
  const value = JSON.stringify({ operationType, documentKey: {}, updateDescription });
  expect(() => handled('mongodb.ChangeStreamHandler', { value })).toThrow('without one any document would fit');
});

test.each([
  ['drop', 'drop'],
  ['hunter2', 'unknown'],
])('the event %s is left out as %s', (operationType, event) => {
  const value = JSON.stringify({ operationType });
  expect(handled('mongodb.ChangeStreamHandler', { value })).toEqual({ op: 'ignored', event });
});
