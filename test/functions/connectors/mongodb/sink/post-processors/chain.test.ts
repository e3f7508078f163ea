import { expect, test } from 'vitest';
import { DataError } from '../../../../../../functions/connect/errors.ts';
import { chain, ID, planned, written } from '../planned.ts';

const FULL_KEY = { 'document.id.strategy': `${ID}.FullKeyStrategy` };
const one = { $numberInt: '1' };

test('a later change of the key is a change of the _id that is the key', () => {
  const properties = {
    ...FULL_KEY,
    ...chain('DocumentIdAdder', 'BlockListKeyProjector'),
    'key.projection.list': 'secret',
  };
  const record = { key: '{"k":1,"secret":2}', value: '{}' };
  const { filter, replacement } = planned(properties, record);
  expect([filter, replacement]).toEqual([{ _id: { k: one } }, { _id: { k: one } }]);
});

test('also where the _id is a document inside of the key', () => {
  const properties = {
    ...chain('DocumentIdAdder', 'BlockListKeyProjector'),
    'document.id.strategy': `${ID}.ProvidedInKeyStrategy`,
    'key.projection.list': '_id.secret',
  };
  expect(planned(properties, { key: '{"_id":{"k":1,"secret":2}}', value: '{}' }).filter).toEqual({ _id: { k: one } });
});

test('a partial id is a copy: what changes later does not change it', () => {
  const properties = {
    ...chain('DocumentIdAdder', 'BlockListKeyProjector'),
    'document.id.strategy': `${ID}.PartialKeyStrategy`,
    'key.projection.type': 'allowlist',
    'key.projection.list': 'k',
  };
  expect(planned(properties, { key: '{"k":1}', value: '{}' }).filter).toEqual({ _id: { k: one } });
});

test('the key is not read where nothing asks for it', () => {
  const properties = chain('KafkaMetaAdder', 'NullFieldValueRemover', 'BlockListValueProjector');
  expect(planned(properties, { key: 'no document', value: '{"_id":1}' }).filter).toEqual({ _id: one });
});

test.each([
  ['BlockListKeyProjector', {}],
  ['field.renaming.RenameByRegExp', { 'field.renamer.regexp': '[{"regexp":"x","pattern":"x","replace":"y"}]' }],
])('the key is read by %s', (name, properties) => {
  expect(() => planned({ ...chain(name), ...properties }, { key: 'no document', value: '{"_id":1}' })).toThrow(
    DataError,
  );
});

test('a document that is taken apart keeps types, order and odd names', () => {
  const value =
    '{"10":1,"_id":1,"9":{"$numberDouble":"-0.0"},"":null,"d":{"$numberDecimal":"1.00"},"a.b":[{"x":null}]}';
  const untouched = written({}, value);
  const apart = written({ ...chain('BlockListValueProjector'), 'value.projection.list': 'no.such' }, value);
  expect(JSON.stringify(apart)).toBe(JSON.stringify(untouched));
});
