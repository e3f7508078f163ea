import { expect, test } from 'vitest';
import { mongodbSourceConfig } from '../../../../../functions/connectors/mongodb/source/properties.ts';

const review = (properties: Readonly<Record<string, string>>, when?: 'synth') =>
  mongodbSourceConfig.validate({ name: 'orders', 'connector.class': 'MongoSource', ...properties }, when);

test.each<[property: string, properties: Record<string, string>]>([
  ['exactly.once.support', { 'exactly.once.support': 'required' }],
  ['transforms', { transforms: 'a' }],
  ['predicates', { predicates: 'a' }],
])('%s is refused by name where it would need what is not built: %j', (property, properties) => {
  const { problems } = review(properties);
  expect(problems).toEqual([{ property, message: expect.stringMatching(/^Not built yet: /) }]);
});

test('a trust store and a credential class are refused by name, with what to set instead', () => {
  const { problems } = review({
    'connection.ssl.truststore': '/a.p12',
    'mongo.custom.auth.mechanism.enable': 'true',
    'mongo.custom.auth.mechanism.providerClass': 'a.B',
  });
  expect(problems).toEqual([
    { property: 'connection.ssl.truststore', message: expect.stringContaining('tlsCAFile') },
    { property: 'mongo.custom.auth.mechanism.providerClass', message: expect.stringContaining('a.B') },
  ]);
});

test('a class that is not there is refused, unless nothing would use it', () => {
  const properties = { 'output.json.formatter': 'com.example.Nope' };
  expect(review(properties).problems).toEqual([
    { property: 'output.json.formatter', message: 'Class not found: com.example.Nope' },
  ]);
  expect(review({ ...properties, 'output.format.key': 'bson', 'output.format.value': 'bson' }).problems).toEqual([]);
});

test('all problems are named at once', () => {
  const { problems } = review({
    'batch.size': '-1',
    pipeline: 'nope',
    'connection.uri': 'http://x',
    'pol.await.time.ms': '1',
  });
  expect(problems.map(({ property }) => property).sort()).toEqual([
    'batch.size',
    'connection.uri',
    'pipeline',
    'pol.await.time.ms',
  ]);
});

test('a password is never repeated', () => {
  const { problems } = review({ 'connection.uri': 'mongodb://user:hunter2@host/?nonsense=1' });
  expect(problems).toHaveLength(1);
  expect(JSON.stringify(problems)).not.toContain('hunter2');
});

const placeholder = (name: string) => `\${${name}}`;

test('values with placeholders wait for the start', () => {
  const placeholders = {
    'connection.uri': placeholder('secretsmanager:mongo:uri'),
    pipeline: `[{$match: {a: ${placeholder('env:A')}}}]`,
    collation: placeholder('env:B'),
  };
  expect(review(placeholders, 'synth').problems).toEqual([]);
});

test('deprecated names and properties without effect are warnings', () => {
  const { warnings, problems } = review({
    'copy.existing': 'false',
    'startup.mode': 'latest',
    'tasks.max': '4',
    'connection.uri': 'mongodb://a/?uuidRepresentation=standard',
  });
  expect(problems).toEqual([]);
  expect(warnings.map((warning) => warning.split(':')[0])).toEqual([
    'copy.existing',
    'copy.existing',
    'connection.uri',
    'tasks.max',
  ]);
});

const AS_STRING = 'org.apache.kafka.connect.storage.StringConverter';
const AS_BYTES = 'org.apache.kafka.connect.converters.ByteArrayConverter';

test.each<[situation: string, properties: Record<string, string>, warnings: readonly string[]]>([
  ['texts as texts', {}, []],
  ['bytes as bytes', { 'output.format.value': 'bson', 'value.converter': AS_BYTES }, []],
  ['bytes in JSON', { 'output.format.value': 'bson', 'value.converter': 'JsonConverter' }, []],
  [
    'bytes as texts',
    { 'output.format.value': 'bson' },
    ['value.converter: With output.format.value=bson, StringConverter takes no bytes'],
  ],
  [
    'texts as bytes',
    { 'key.converter': AS_BYTES },
    ['key.converter: With output.format.key=json, ByteArrayConverter takes no texts'],
  ],
  [
    'structs as texts',
    { 'output.format.value': 'schema', 'value.converter': AS_STRING },
    ['value.converter: With output.format.value=schema, StringConverter writes structs as Java prints them'],
  ],
])('a converter that can not be meant is warned about: %s', (_, properties, warnings) => {
  const found = review(properties);
  expect(found.problems).toEqual([]);
  expect(found.warnings).toEqual(warnings.map((beginning) => expect.stringContaining(beginning)));
});

test('what is wrong with the properties of a converter is refused with the rest', () => {
  const { problems } = review({ 'value.converter': 'JsonConverter', 'value.converter.schemas.enable': 'perhaps' });
  expect(problems.map(({ property }) => property)).toEqual(['value.converter.schemas.enable']);
});
