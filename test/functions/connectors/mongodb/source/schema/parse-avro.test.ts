import { expect, test } from 'vitest';
import { parseAvro } from '../../../../../../functions/connectors/mongodb/source/schema/parse-avro.ts';

const record = (name: string, fields: readonly object[], more: object = {}) => ({
  type: 'record',
  name,
  fields,
  ...more,
});
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more });
const parse = (schema: unknown) => parseAvro(JSON.stringify(schema));
const fieldTypes = (schema: unknown): unknown[] => {
  const type = parse(schema);
  return type.type === 'record' ? type.fields.map((each) => each.type) : [];
};

test.each<[string, string]>([
  ['the namespace around it', 'com.example.inner'],
  ['no namespace, where it is not in the one around it', 'bare'],
  ['its own namespace in the name', 'other.ns.full'],
])('a name is found in %s', (_, name) => {
  const inner = [
    field('a', record('inner', [])),
    field('b', record('bare', [], { namespace: '' })),
    field('c', record('other.ns.full', [], { namespace: 'ignored' })),
  ];
  const used = name === 'com.example.inner' ? 'inner' : name;
  const types = fieldTypes(record('doc', [...inner, field('d', used)], { namespace: 'com.example' }));
  expect(types[3]).toMatchObject({ type: 'record', name });
  expect(types.slice(0, 3)).toContain(types[3]);
});

test('names inside of a record belong to its namespace', () => {
  const [outer] = fieldTypes(record('doc', [field('a', record('n.outer', [field('b', record('inner', []))]))]));
  expect(outer).toMatchObject({ name: 'n.outer', fields: [{ type: { name: 'n.inner' } }] });
});

test('a name may be used before it is defined', () => {
  const [first, second] = fieldTypes(record('doc', [field('a', 'later'), field('b', record('later', []))]));
  expect(first).toBe(second);
});

test('a record that refers to itself contains itself', () => {
  const doc = parse(record('doc', [field('kids', { type: 'array', items: 'doc' })]));
  expect(doc).toMatchObject({ fields: [{ type: { type: 'array' } }] });
  expect(doc.type === 'record' && doc.fields[0]?.type.type === 'array' && doc.fields[0].type.items).toBe(doc);
});

test('a primitive may stand as a text or as an object, with a logical type that counts for nothing', () => {
  const types = fieldTypes(record('doc', [field('a', 'int'), field('b', { type: 'int', logicalType: 'date' })]));
  expect(types).toEqual([{ type: 'int' }, { type: 'int' }]);
});

test('comments are no part of the JSON', () => {
  expect(parseAvro('{"type": "record", /* the name */ "name": "doc", "fields": [] // none\n}')).toMatchObject({
    name: 'doc',
  });
});

test.each<[string, unknown, string]>([
  ['no type', {}, 'No type: {}'],
  ['a type that is no text', { type: { type: 'string' } }, 'No type: {"type":{"type":"string"}}'],
  ['null', null, 'Schema not yet supported: null'],
  ['a number', 5, 'Schema not yet supported: 5'],
  ['a record without a name', { type: 'record', fields: [] }, 'No name in schema: {"type":"record","fields":[]}'],
  ['a record without fields', { type: 'record', name: 'a' }, 'Record has no fields: {"type":"record","name":"a"}'],
  ['a field without a name', record('a', [{ type: 'int' }]), 'No field name: {"type":"int"}'],
  ['a field without a type', record('a', [{ name: 'b' }]), 'No field type: {"name":"b"}'],
  ['an array of nothing', { type: 'array' }, 'Array has no items type: {"type":"array"}'],
  ['a map of nothing', { type: 'map' }, 'Map has no values type: {"type":"map"}'],
  ['an unknown name', record('n.a', [field('b', 'nope')]), 'Undefined schema: n.nope'],
  ['an unknown type', { type: 'nope' }, 'Undefined schema: nope'],
  ['two fields of one name', record('a', [field('b', 'int'), field('b', 'int')]), 'Duplicate field b in record a'],
  ['a name that is defined twice', record('a', [field('b', record('a', []))]), "Can't redefine: a"],
  [
    'a record that needs another one of itself',
    record('a', [field('b', record('c', [field('d', 'a')]))]),
    'Record a needs another one of itself in it',
  ],
])('%s is refused', (_, schema, message) => {
  expect(() => parse(schema)).toThrow(new TypeError(message));
});

test.each<[string, unknown, unknown, string]>([
  ['a text for a number', 'int', 'x', '"x" is not a int'],
  ['a fraction for a whole number', 'long', 1.5, '1.5 is not a long'],
  ['more than 32 bits for an int', 'int', 2 ** 31, '2147483648 is not a int'],
  ['a number for a text', 'string', 1, '1 is not a string'],
  ['null for what is not optional', 'boolean', null, 'null is not a boolean'],
  ['another type of items', { type: 'array', items: 'int' }, ['x'], '"x" is not a int'],
  ['another type of values', { type: 'map', values: 'int' }, { a: 'x' }, '"x" is not a int'],
  ['a document for an array', { type: 'array', items: 'int' }, {}, '{} is not a array'],
  ['a record without a field', record('r', [field('x', 'int')]), {}, 'it lacks the field x'],
  [
    'a record whose default needs itself',
    record('r', [field('kids', { type: 'array', items: 'r' }, { default: [{}] })]),
    {},
    'it has no end',
  ],
])('a default that does not fit is refused: %s', (_, type, preset, reason) => {
  expect(() => parse(record('doc', [field('f', type, { default: preset })]))).toThrow(
    new RegExp(`^Invalid default for field (f of record doc|kids of record r): ${reason.replace(/[{}[\]]/g, '\\$&')}$`),
  );
});

test('a text that is no JSON is refused with the place', () => {
  expect(() => parseAvro('[not json')).toThrow(/^Expected JSON, got InvalidSymbol at character 2$/);
  expect(() => parseAvro('"string" "string"')).toThrow(/^Expected JSON, got EndOfFileExpected at character 10$/);
  expect(() => parseAvro('')).toThrow('Cannot parse <null> schema');
});
