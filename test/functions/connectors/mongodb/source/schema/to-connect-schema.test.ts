import { expect, test } from 'vitest';
import { containsItself } from '../../../../../../functions/connectors/mongodb/source/schema/contains-itself.ts';
import { toConnectSchema } from '../../../../../../functions/connectors/mongodb/source/schema/to-connect-schema.ts';

const schemaOf = (...fields: readonly object[]) =>
  toConnectSchema(JSON.stringify({ type: 'record', name: 'doc', fields }));
const fieldOf = (type: unknown, preset?: string) =>
  toConnectSchema(
    `{"type": "record", "name": "doc", "fields": [{"name": "f", "type": ${JSON.stringify(type)}${preset === undefined ? '' : `, "default": ${preset}`}}]}`,
  ).fields?.[0]?.schema;

const POINT = {
  type: 'record',
  name: 'point',
  fields: [
    { name: 'x', type: 'int' },
    { name: 'y', type: ['null', 'string'] },
    { name: 'z', type: 'long', default: 7 },
  ],
};

test.each<[type: unknown, preset: string, value: unknown]>([
  ['string', '"a"', 'a'],
  ['int', '-5', -5],
  ['long', '9223372036854775807', 9_223_372_036_854_775_807n],
  ['float', '0.1', Math.fround(0.1)],
  ['double', '3', 3],
  ['boolean', 'false', false],
  ['bytes', '"\\u00ff\\u0000"', Buffer.of(0xff, 0)],
  [{ type: 'array', items: 'int' }, '[1, 2]', [1, 2]],
  [{ type: 'map', values: 'long' }, '{"a": 1}', new Map([['a', 1n]])],
  [
    POINT,
    '{"x": 1, "y": null}',
    new Map<string, unknown>([
      ['x', 1],
      ['y', null],
      ['z', 7n],
    ]),
  ],
])('the default of %j is a value of its schema: %s', (type, preset, value) => {
  expect(fieldOf(type, preset)?.default).toEqual(value);
});

test('a default belongs to its field alone', () => {
  const schema = schemaOf(
    { name: 'a', type: { type: 'array', items: 'string' }, default: [] },
    { name: 'b', type: 'string' },
  );
  expect(schema.fields?.[0]?.schema.valueSchema).toEqual({ type: 'string', optional: false });
  const twice = schemaOf({ name: 'a', type: POINT, default: { x: 1, y: null } }, { name: 'b', type: 'point' });
  expect(twice.fields?.map(({ schema }) => 'default' in schema)).toEqual([true, false]);
});

test('the default of an optional value counts for nothing', () => {
  expect(fieldOf(['int', 'null'], '7')).toEqual({ type: 'int32', optional: true });
});

test('a record that refers to itself is a schema that contains itself, optional or not', () => {
  const schema = schemaOf({ name: 'v', type: 'int' }, { name: 'next', type: ['null', 'doc'] });
  const next = schema.fields?.[1]?.schema;
  expect(next).toMatchObject({ type: 'struct', name: 'doc', optional: true });
  expect(next?.fields).toBe(schema.fields);
  expect(containsItself(schema)).toBe(true);
});

test('a record that is used twice does not contain itself', () => {
  expect(containsItself(schemaOf({ name: 'a', type: POINT }, { name: 'b', type: ['null', 'point'] }))).toBe(false);
});
