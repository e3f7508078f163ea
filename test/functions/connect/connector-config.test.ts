import { expect, expectTypeOf, test } from 'vitest';
import { connectorConfig } from '../../../functions/connect/connector-config.ts';
import { boolean, choice, int, list, long, password, text } from '../../../functions/connect/properties.ts';

const about = { group: 'Test', importance: 'low', description: 'A property of the tests.' } as const;
const config = connectorConfig({
  properties: {
    'connection.uri': password({
      ...about,
      check: (value) => (value.startsWith('mongodb') ? undefined : 'Not a connection string'),
    }),
    'batch.size': int({ ...about, default: '0', min: 0 }),
    'poll.await.time.ms': long({ ...about, default: '5000', min: 1 }),
    'publish.full.document.only': boolean({ ...about, default: 'false' }),
    'errors.tolerance': choice(['none', 'all'], { ...about, default: 'none' }),
    topics: list({ ...about, default: '' }),
    'topic.prefix': text({ ...about, default: '' }),
  },
  families: { 'producer.override.': 'Settings of the producer.' },
  notBuilt: { transforms: 'single message transforms', 'transforms.': 'single message transforms' },
  review: ({ batchSize, topics }) =>
    batchSize > 0 && topics.length === 0
      ? { problems: [{ property: 'topics', message: 'Needed with batch.size' }] }
      : {},
});

const uri = 'mongodb://localhost';
const problemsOf = (given: Record<string, unknown>) =>
  config
    .validate({ 'connection.uri': uri, ...given })
    .problems.map(({ message, property }) => `${property}: ${message}`);

test('parses texts, numbers and booleans to the declared types, with camel-case names and the originals', () => {
  const parsed = config.parse({
    'connection.uri': uri,
    'batch.size': 5,
    'publish.full.document.only': ' TRUE ',
    topics: 'a, b',
  });
  expectTypeOf(parsed.batchSize).toEqualTypeOf<number>();
  expect(parsed).toMatchObject({
    connectionUri: uri,
    batchSize: 5,
    pollAwaitTimeMs: 5000,
    publishFullDocumentOnly: true,
    errorsTolerance: 'none',
    topics: ['a', 'b'],
    originals: { 'batch.size': '5', 'publish.full.document.only': 'TRUE' },
  });
});

test.each([
  [
    'a text where a number is due',
    { 'batch.size': 'many' },
    'batch.size: Invalid value many for configuration batch.size: Not a number of type INT',
  ],
  [
    'a number below the least',
    { 'batch.size': '-1' },
    'batch.size: Invalid value -1 for configuration batch.size: Value must be at least 0',
  ],
  [
    'a number that does not fit',
    { 'batch.size': '2147483648' },
    'batch.size: Invalid value 2147483648 for configuration batch.size: Not a number of type INT',
  ],
  [
    'neither true nor false',
    { 'publish.full.document.only': 'yes' },
    'publish.full.document.only: Invalid value yes for configuration publish.full.document.only: Expected value to be either true or false',
  ],
  [
    'an unknown choice',
    { 'errors.tolerance': 'some' },
    'errors.tolerance: Invalid value some for configuration errors.tolerance: Invalid enumerator value. Should be one of: [none, all]',
  ],
  ['a misspelt name', { 'batch.sise': '1' }, 'batch.sise: Unknown property; did you mean batch.size?'],
  ['a null', { 'topic.prefix': null }, 'topic.prefix: Expected a text, a number or a boolean, got null'],
  ['a nested value', { 'topic.prefix': {} }, 'topic.prefix: Expected a text, a number or a boolean, got an object'],
  ['what is not built yet', { transforms: 'a' }, 'transforms: Not built yet: single message transforms'],
  [
    'a member of a family that is not built yet',
    { 'transforms.a.type': 'x' },
    'transforms.a.type: Not built yet: single message transforms',
  ],
  ['a rule about two properties', { 'batch.size': '1' }, 'topics: Needed with batch.size'],
])('refuses %s', (_, given, problem) => {
  expect(problemsOf(given)).toEqual([problem]);
});

test('reports all problems at once', () => {
  expect(problemsOf({ 'batch.size': 'x', 'errors.tolerance': 'x', 'topic.prefx': 'x' })).toHaveLength(3);
});

test('reports a rule about two properties beside a misspelt name', () => {
  expect(problemsOf({ 'batch.size': '1', 'topic.prefx': 'x' })).toHaveLength(2);
});

test('reports a missing property in the words of Kafka Connect', () => {
  expect(config.validate({}).problems).toEqual([
    {
      property: 'connection.uri',
      message: 'Missing required configuration "connection.uri" which has no default value.',
    },
  ]);
});

test('warns about a name that nothing resembles, as Kafka Connect accepts it', () => {
  const { config: parsed, warnings } = config.validate({ 'connection.uri': uri, 'x.something.of.ours': '1' });
  expect(parsed).toBeDefined();
  expect(warnings).toEqual(['x.something.of.ours: Unknown property, ignored']);
});

test('takes any property of a family', () => {
  expect(problemsOf({ 'producer.override.linger.ms': '5' })).toEqual([]);
});

test.each(['user:secret@host', 'http://user:secret@host/', 'mongo://user:sec@ret@host'])(
  'never shows the password of %s',
  (value) => {
    const shown = JSON.stringify(config.validate({ 'connection.uri': value }).problems);
    expect(shown).toContain('Not a connection string');
    expect(shown).not.toMatch(/sec|ret/);
  },
);

test('looks at a value with a placeholder only when the secret is there', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of a connector file
  const given = { 'connection.uri': '${secretsmanager:a:b}' };
  expect(config.validate(given, 'synth').problems).toEqual([]);
  expect(config.validate(given, 'start').problems).toHaveLength(1);
});
