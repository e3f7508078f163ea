import { expect, test } from 'vitest';
import { mongodbSourceConfig } from '../../../../../functions/connectors/mongodb/source/properties.ts';

const validate = (properties: Readonly<Record<string, string>>) =>
  mongodbSourceConfig.validate({ name: 'orders', 'connector.class': 'MongoSource', ...properties });

const ORDER = '{"type": "record", "name": "order", "fields": [{"name": "total", "type": "double"}]}';
const TREE =
  '{"type": "record", "name": "tree", "fields": [{"name": "kids", "type": {"type": "array", "items": "tree"}}]}';

test('a schema is checked though no output has one', () => {
  const { problems } = validate({ 'output.schema.key': '"string"', 'output.schema.value': '{}' });
  expect(problems.map(({ property }) => property)).toEqual(['output.schema.key', 'output.schema.value']);
});

test.each<[situation: string, properties: Record<string, string>, warned: string[]]>([
  [
    'without schema output',
    { 'output.schema.key': ORDER, 'output.schema.value': ORDER },
    ['output.schema.key', 'output.schema.value'],
  ],
  [
    'with keys of a schema',
    { 'output.format.key': 'schema', 'output.schema.key': ORDER, 'output.schema.value': ORDER },
    ['output.schema.value'],
  ],
  [
    'with values of a schema',
    { 'output.format.value': 'schema', 'output.schema.key': ORDER, 'output.schema.value': ORDER },
    ['output.schema.key'],
  ],
  [
    'with inferred schemas',
    { 'output.format.value': 'schema', 'output.schema.infer.value': 'true', 'output.schema.value': ORDER },
    ['output.schema.value'],
  ],
  ['with inference for JSON', { 'output.schema.infer.value': 'true' }, ['output.schema.infer.value']],
  ['with no inference for JSON', { 'output.schema.infer.value': 'false' }, []],
])('a schema property without effect is a warning: %s', (_, properties, warned) => {
  const { warnings, problems } = validate(properties);
  expect(problems).toEqual([]);
  const found = warnings.filter((warning) => warning.startsWith('output.schema.'));
  expect(found.map((warning) => warning.split(': Has no effect, since ')[0])).toEqual(warned);
});

const values = { 'output.format.value': 'schema', 'output.schema.value': TREE };
const json = (side: 'key' | 'value', enabled?: string) => ({
  [`${side}.converter`]: 'org.apache.kafka.connect.json.JsonConverter',
  ...(enabled !== undefined && { [`${side}.converter.schemas.enable`]: enabled }),
});

test.each<[situation: string, properties: Record<string, string>, refused: string[]]>([
  ['JsonConverter writes schemas by default', { ...values, ...json('value') }, ['output.schema.value']],
  ['JsonConverter is told to write schemas', { ...values, ...json('value', 'TRUE') }, ['output.schema.value']],
  ['JsonConverter writes none', { ...values, ...json('value', 'false') }, []],
  ['no JsonConverter', values, []],
  ['the schema is not used', { ...values, ...json('value'), 'output.schema.infer.value': 'true' }, []],
  ['the schema ends', { ...values, ...json('value'), 'output.schema.value': ORDER }, []],
  ['keys', { 'output.format.key': 'schema', 'output.schema.key': TREE, ...json('key') }, ['output.schema.key']],
])('a record that contains itself is refused where its schema would have no end: %s', (_, properties, refused) => {
  const { problems } = validate(properties);
  expect(problems.map(({ property }) => property)).toEqual(refused);
});
