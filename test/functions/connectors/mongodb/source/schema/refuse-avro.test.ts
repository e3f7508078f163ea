import { expect, test } from 'vitest';
import {
  DEFAULT_KEY_SCHEMA,
  DEFAULT_VALUE_SCHEMA,
} from '../../../../../../functions/connectors/mongodb/source/schema/default-schemas.ts';
import { refuseAvroSchema } from '../../../../../../functions/connectors/mongodb/source/schema/refuse-avro.ts';

const doc = (type: unknown) => JSON.stringify({ type: 'record', name: 'doc', fields: [{ name: 'a', type }] });
const inner = (type: unknown) => ({ type: 'record', name: 'inner', fields: [{ name: 'b', type }] });
const ENUM = { type: 'enum', name: 'e', symbols: ['A'] };

const NO_ENUM = "unsupported Avro schema type: 'ENUM'. The connector will not validate the values. Use string instead.";
const UNION = 'Union Schemas are not supported, unless one value is null to represent an optional value.';

test.each<[string, unknown, string]>([
  ['null', 'null', "Field 'a' is invalid. Unsupported Avro schema type: 'NULL'."],
  ['an enum', ENUM, `Field 'a' is invalid. U${NO_ENUM.slice(1)}`],
  [
    'an enum in a map in an array',
    { type: 'array', items: { type: 'map', values: ENUM } },
    `Field 'a' is invalid. U${NO_ENUM.slice(1)}`,
  ],
  ['an enum in a record', inner(ENUM), `Field 'a.b' is invalid. U${NO_ENUM.slice(1)}`],
  [
    'an enum in records of an array',
    { type: 'array', items: inner(ENUM) },
    `Field 'a.b' is invalid. U${NO_ENUM.slice(1)}`,
  ],
  ['an optional enum', ['null', ENUM], `Field 'a' is invalid. Union Schema contains an ${NO_ENUM}`],
  [
    'an enum in an optional record',
    [inner(ENUM), 'null'],
    `Field 'a' is invalid. Union Schema contains an unsupported Avro schema type: 'RECORD', which contains an field 'b' is invalid. U${NO_ENUM.slice(1)}`,
  ],
  [
    'an enum in an optional array',
    ['null', { type: 'array', items: ENUM }],
    `Field 'a' is invalid. Union Schema contains an unsupported Avro schema type: 'ARRAY', which contains an ${NO_ENUM}`,
  ],
  ['a union without null', ['int', 'string'], `Field 'a' is invalid. ${UNION}`],
  ['a union of three', ['null', 'int', 'string'], `Field 'a' is invalid. ${UNION}`],
  ['a union of null alone', ['null', 'null'], `Field 'a' is invalid. ${UNION}`],
  ['items of several types', { type: 'array', items: ['int', 'string'] }, `Field 'a' is invalid. ${UNION}`],
])('%s is refused by the field', (_, type, refusal) => {
  expect(refuseAvroSchema(doc(type))).toBe(refusal);
});

test.each<[string, unknown]>([
  ['an optional value', ['int', 'null']],
  ['an optional record', ['null', inner('int')]],
  ['a record in itself', ['null', 'doc']],
  ['records in maps in themselves', { type: 'map', values: { type: 'array', items: 'doc' } }],
])('%s is accepted', (_, type) => {
  expect(refuseAvroSchema(doc(type))).toBeUndefined();
});

test.each(['"string"', '[]', JSON.stringify(['null', inner('int')])])('%s is no record', (text) => {
  expect(refuseAvroSchema(text)).toBe('Only Record schemas are supported at the top-level.');
});

test('what Avro refuses is said with the whole text, as the peer does', () => {
  expect(refuseAvroSchema(' {}')).toBe('Invalid Avro schema. No type: {}\n {}');
});

test('the defaults are accepted', () => {
  expect(refuseAvroSchema(DEFAULT_KEY_SCHEMA)).toBeUndefined();
  expect(refuseAvroSchema(DEFAULT_VALUE_SCHEMA)).toBeUndefined();
});
