import { expect, test } from 'vitest';
import { parseConnectorFile } from '../../../functions/connect/connector-file.ts';
import { ConfigError } from '../../../functions/connect/errors.ts';

const problemsOf = (text: string): string[] => {
  try {
    parseConnectorFile(text);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ message, property }) => (property ? `${property}: ${message}` : message));
  }
};

test('reads the document that Kafka Connect takes', () => {
  const text = JSON.stringify({ name: 'orders', config: { 'connector.class': 'MongoSource', 'tasks.max': 1 } });
  expect(parseConnectorFile(text)).toEqual({
    name: 'orders',
    connectorClass: 'MongoSource',
    properties: { name: 'orders', 'connector.class': 'MongoSource', 'tasks.max': 1 },
  });
});

test.each([
  ['broken JSON', '{"name": "a",\n  "config": {"x": }}', ['Not valid JSON: ValueExpected at line 2, column 19']],
  ['a comment', '{} // x', ['Not valid JSON: InvalidCommentToken at line 1, column 4']],
  ['an empty file', '', ['Not valid JSON: ValueExpected at line 1, column 1']],
  ['a list', '[]', ['Expected a JSON object with "name" and "config", got an array']],
  [
    'neither name nor config',
    '{}',
    ['name: Expected a text, got nothing', 'config: Expected an object of properties, got nothing'],
  ],
  [
    'properties beside config',
    '{"name": "a", "topics": "x", "config": {"connector.class": "MongoSink"}}',
    ['topics: Unknown member, expected "name" and "config"; properties belong into "config"'],
  ],
  [
    'no class',
    '{"name": "a", "config": {}}',
    ['connector.class: Missing required configuration "connector.class" which has no default value.'],
  ],
  [
    'two names',
    '{"name": "a", "config": {"name": "b", "connector.class": "MongoSink"}}',
    ['name: Expected the same name in "config" as outside of it ("a"), got "b"'],
  ],
])('refuses %s', (_, text, problems) => {
  expect(problemsOf(text)).toEqual(problems);
});

test('does not quote the file, which may hold a secret', () => {
  expect(problemsOf('{"name": "a", "config": {"connection.uri": "mongodb://u:hush@h" "x": 1}}').join()).not.toContain(
    'hush',
  );
});
