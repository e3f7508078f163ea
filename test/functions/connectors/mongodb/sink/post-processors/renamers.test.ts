import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DataError } from '../../../../../../functions/connect/errors.ts';
import { jsonToBson } from '../../../../../../functions/connectors/mongodb/bson/json-to-bson.ts';
import { BSON_TYPE } from '../../../../../../functions/connectors/mongodb/bson/types.ts';
import { fieldsOf, toValue, type Value } from '../../../../../../functions/connectors/mongodb/bson/values.ts';
import {
  parseRenamer,
  refuseRenamer,
} from '../../../../../../functions/connectors/mongodb/sink/post-processors/renamer-settings.ts';
import {
  type Rename,
  regexpErrors,
  renameByMapping,
  renameByRegExp,
  renameFields,
} from '../../../../../../functions/connectors/mongodb/sink/post-processors/renamers.ts';
import { chain, planned, written } from '../planned.ts';

const BY_MAPPING = chain('field.renaming.RenameByMapping');
const mapping = (...pairs: readonly (readonly [oldName: string, newName: string])[]) => ({
  ...BY_MAPPING,
  'field.renamer.mapping': JSON.stringify(pairs.map(([oldName, newName]) => ({ oldName, newName }))),
});
const one = { $numberInt: '1' };
const two = { $numberInt: '2' };

test.each([
  ['a new name goes to the end', mapping(['value.a', 'z']), '{"_id":1,"a":1,"b":2}', { _id: one, b: two, z: one }],
  // the peer loses the one of a
  [
    'two fields swap',
    mapping(['value.a', 'b'], ['value.b', 'a']),
    '{"_id":1,"a":1,"b":2}',
    { _id: one, b: one, a: two },
  ],
  [
    'a name that somebody gave up',
    mapping(['value.a', 'b'], ['value.b', 'c']),
    '{"_id":1,"a":1,"b":2}',
    { _id: one, b: one, c: two },
  ],
  [
    'the path has the new name',
    mapping(['value.a', 'o'], ['value.o.b', 'p']),
    '{"_id":1,"a":{"b":1}}',
    { _id: one, o: { p: one } },
  ],
])('%s', (_, properties, value, expected) => {
  const actual = written(properties, value);
  expect(actual).toEqual(expected);
  expect(Object.keys(actual as object)).toEqual(Object.keys(expected));
});

test.each([
  ['onto a field that stays', mapping(['value.a', 'b']), "Two fields of value would be named 'b' at t-0@0"],
  [
    'of two fields to one name',
    mapping(['value.a', 'z'], ['value.b', 'z']),
    "Two fields of value would be named 'z' at t-0@0",
  ],
  [
    'to a name with a zero character',
    mapping(['value.a', 'x\0y']),
    'Expected a new name without a zero character at t-0@0',
  ],
])('a rename %s is an error of the record', (_, properties, message) => {
  expect(() => written(properties, '{"_id":1,"a":1,"b":2}')).toThrow(new DataError('RECORD_INVALID', message));
});

const name = fc.constantFrom('a', 'b', 'c', 'd');
type Json = number | { readonly [name: string]: Json };
const { document } = fc.letrec<{ document: Json; value: Json }>((tie) => ({
  document: fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true, depthIdentifier: 'json' }),
  value: fc.oneof({ maxDepth: 3, depthIdentifier: 'json' }, fc.integer({ min: 0, max: 1000 }), tie('document')),
}));
const pairs = fc.array(fc.tuple(fc.array(name, { minLength: 1, maxLength: 2 }), name), { maxLength: 5 });

const leavesOf = (value: Value): number[] => {
  const fields = fieldsOf(value);
  if (!fields) return [Buffer.from(value.bytes!).readInt32LE(0)];
  return [...fields.values()].flatMap(leavesOf);
};

test('a rename loses no value: every one is still there, or the record is refused', () => {
  fc.assert(
    fc.property(document, pairs, (json, renames) => {
      const value = toValue(BSON_TYPE.document, jsonToBson(Buffer.from(JSON.stringify(json))));
      const before = leavesOf(value).sort();
      const text = JSON.stringify(renames.map(([path, newName]) => ({ oldName: `value.${path.join('.')}`, newName })));
      const rename = renameByMapping(text) ?? ((_path, same) => same);
      try {
        renameFields(fieldsOf(value)!, 'value', rename);
      } catch (error) {
        expect(error).toBeInstanceOf(DataError);
        return;
      }
      expect(leavesOf(value).sort()).toEqual(before);
    }),
    { numRuns: 1000 },
  );
});

test('a renamer reads the key, and what it renames there is in the _id that is the key', () => {
  const properties = {
    ...mapping(['key.a', 'b']),
    'document.id.strategy': 'com.mongodb.kafka.connect.sink.processor.id.strategy.FullKeyStrategy',
  };
  expect(planned(properties, { key: '{"a":1}', value: '{}' }).filter).toEqual({ _id: { b: one } });
});

test.each<[string, string, [path: string, name: string, expected: string][]]>([
  [
    'one after the other',
    '[{"regexp":"^v.*$","pattern":"a","replace":"b"},{"regexp":"^v.*$","pattern":"b","replace":"c"}]',
    [['v', 'aab', 'ccc']],
  ],
  [
    'by the path with the old name',
    '[{"regexp":"^v\\\\.a$","pattern":"a","replace":"b"},{"regexp":"^v\\\\.b$","pattern":"b","replace":"c"}]',
    [
      ['v', 'a', 'b'],
      ['v', 'b', 'c'],
      ['w', 'a', 'a'],
    ],
  ],
  [
    'with a single backslash in the settings',
    '[{"regexp":"v\\..*","pattern":"\\.","replace":"_"}]',
    [['v', 'a.b', 'a_b']],
  ],
])('expressions apply %s', (_, text, expected) => {
  const rename = renameByRegExp(text) as Rename;
  for (const [path, old, renamed] of expected) expect(rename(path, old)).toBe(renamed);
});

test.each([
  ['an expression that does not compile', '[{"regexp":"[","pattern":"a","replace":"b"}]'],
  ['a member that is missing', '[{"regexp":".*","pattern":"a"}]'],
  ['a group that is not there', '[{"regexp":".*","pattern":"a","replace":"$1"}]'],
])('%s is an error of the record that comes to it', (_, text) => {
  expect(() => renameByRegExp(text)!('value', 'a')).toThrow(DataError);
});

test('what does not compile is found before the first record', () => {
  const text = '[{"regexp":"[","pattern":"a","replace":"b"},{"regexp":"a","pattern":"b","replace":"c"},{}]';
  expect(regexpErrors(text).map(({ message }) => message)).toEqual([
    'Unclosed character class near index 0',
    'Expected "regexp" in every setting',
    'Expected "pattern" in every setting',
  ]);
});

test.each(['', 'null', '{}', '[1]', '["a"]', '[{}', '[] x'])('settings are an array of documents, not %s', (text) => {
  expect(refuseRenamer(text)).toMatch(/^Not a valid JSON array: /);
});

test('entries keep their texts, and what else is there by name', () => {
  expect(parseRenamer(`[{oldName:'a', newName: 2}]`)).toEqual([
    { texts: new Map([['oldName', 'a']]), others: ['newName'] },
  ]);
});
