import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KNOWN_CLASSES } from '../../../cli/connector-of.ts';
import { environmentsFolder } from '../../../infra/environment.ts';
import { commandLine, type Folder, openFolder } from '../command-line.ts';

const sink = {
  'connector.class': 'com.mongodb.kafka.connect.MongoSinkConnector',
  topics: 'orders',
  'connection.uri': 'mongodb://localhost:27017',
  database: 'shop',
  collection: 'orders',
};

const source = {
  'connector.class': 'com.mongodb.kafka.connect.MongoSourceConnector',
  'connection.uri': 'mongodb://localhost:27017',
  database: 'shop',
  collection: 'orders',
};

/** Validates one file and returns its lines without the file's name. */
async function validate(content: unknown, name = 'connector.json') {
  using folder = openFolder();
  const file = folder.write(name, content);
  const { exitCode, out, err } = await commandLine(folder, ['validate', file]);
  expect(err).toEqual([]);
  return { exitCode, lines: out.map((line) => line.replace(`${file}: `, '')) };
}

describe('a good file is one line and exit code 0', () => {
  test.each([
    ['a sink', { name: 'orders-sink', config: sink }, 'good, sink connector orders-sink'],
    ['a source', { name: 'orders', config: source }, 'good, source connector orders'],
    [
      'an alias',
      { name: 'orders', config: { ...source, 'connector.class': 'MongoSource' } },
      'good, source connector orders',
    ],
    ['numbers and booleans', { name: 'o', config: { ...sink, 'tasks.max': 2 } }, 'good, sink connector o'],
    [
      'a placeholder',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of a connector file
      { name: 'o', config: { ...sink, 'connection.uri': '${secretsmanager:mongodb:uri}' } },
      'good, sink connector o',
    ],
    [
      'a schema for editors',
      { $schema: 'docs/connector.schema.json', name: 'o', config: sink },
      'good, sink connector o',
    ],
  ])('%s', async (_, content, line) => {
    expect(await validate(content)).toEqual({ exitCode: 0, lines: [line] });
  });
});

describe('a problem is a line with its property, and exit code 2', () => {
  test.each([
    [
      'a misspelt property',
      { name: 'o', config: { ...sink, colection: 'x' } },
      'colection: Unknown property; did you mean collection?',
    ],
    [
      'a value that is no choice',
      { name: 'o', config: { ...sink, 'errors.tolerance': 'some' } },
      'errors.tolerance: Invalid value some',
    ],
    [
      'a URI of something else',
      { name: 'o', config: { ...sink, 'connection.uri': 'http://x' } },
      'connection.uri: Invalid value http://x',
    ],
    [
      'no URI at all',
      { name: 'o', config: { ...source, 'connection.uri': 'localhost' } },
      'connection.uri: Invalid value',
    ],
    ['what is not built yet', { name: 'o', config: { ...sink, transforms: 'a' } }, 'transforms: Not built yet'],
    [
      'a nested value',
      { name: 'o', config: { ...sink, topics: ['a'] } },
      'topics: Expected a text, a number or a boolean, got an array',
    ],
    [
      'an unknown class',
      { name: 'o', config: { 'connector.class': 'io.debezium.X' } },
      'connector.class: Unknown class io.debezium.X; expected one of',
    ],
    ['no class', { name: 'o', config: { topics: 'a' } }, 'connector.class: Missing required configuration'],
    ['no config', { name: 'o' }, 'config: Expected an object of properties, got nothing'],
    ['properties outside of config', { name: 'o', ...sink }, 'connector.class: Unknown member'],
    ['another document', ['a'], 'Expected a JSON object with "name" and "config", got an array'],
    ['JSON with a trailing comma', '{"name": "o",}', 'Not valid JSON: PropertyNameExpected at line 1, column 14'],
    ['an empty file', '', 'Not valid JSON'],
  ])('%s', async (_, content, expected) => {
    const { exitCode, lines } = await validate(content);
    expect(exitCode).toBe(2);
    expect(lines.filter((line) => line.startsWith(expected))).toHaveLength(1);
  });

  test('all problems at once, of the document and of its properties', async () => {
    const { exitCode, lines } = await validate({ config: { ...sink, databse: 'x', 'tasks.max': 0 }, more: 1 });
    expect(exitCode).toBe(2);
    expect(lines.map((line) => line.split(':')[0])).toEqual(['more', 'name', 'databse', 'tasks.max', '4 problems']);
  });

  test('a module that is not beside the file', async () => {
    const { lines } = await validate({ name: 'o', config: { ...sink, 'field.value.transformer': 'com.acme.Redact' } });
    const message = 'Class not found: com.acme.Redact; expected a module com.acme.Redact.mjs or .ts';
    expect(lines[0]).toBe(`field.value.transformer: ${message} beside the connector file`);
  });

  test('an unknown class names the known ones, and those are known', async () => {
    const { lines } = await validate({ name: 'o', config: { 'connector.class': 'X' } });
    for (const connectorClass of KNOWN_CLASSES) expect(lines[0]).toContain(connectorClass);
    for (const connectorClass of KNOWN_CLASSES) {
      const { lines: known } = await validate({ name: 'o', config: { 'connector.class': connectorClass } });
      expect(known.join()).not.toContain('Unknown class');
    }
  });

  test('a property nobody knows is a warning', async () => {
    const { exitCode, lines } = await validate({ name: 'o', config: { ...sink, 'acme.audit.owner': 'x' } });
    expect({ exitCode, lines }).toEqual({
      exitCode: 0,
      lines: ['warning: acme.audit.owner: Unknown property, ignored', 'good, sink connector o'],
    });
  });

  test('a value is on one line and commands no terminal', async () => {
    const { lines } = await validate({ name: 'o', config: { ...sink, 'errors.tolerance': 'a\nb\u001b[2J' } });
    expect(lines[0]).toContain('Invalid value a b\\u001b[2J');
  });
});

describe('passwords', () => {
  const config = { ...sink, 'connection.uri': 'mongodb://app:hunter2@localhost:27017' };

  const sentence = 'connection.uri: Expected no password in the file';

  test.each([
    ['refused in a file that is deployed', 'environments/dev/connectors/o.json', 2, new RegExp(`^${sentence}`)],
    ['warned about in a file of nowhere', 'o.json', 0, new RegExp(`^warning: ${sentence}`)],
    ['allowed on one machine', 'environments/local/connectors/o.json', 0, /^good, sink connector o$/],
  ])('are %s', async (_, file, expected, line) => {
    const { exitCode, lines } = await validate({ name: 'o', config }, file);
    expect(exitCode).toBe(expected);
    expect(lines[0]).toMatch(line);
    expect(lines.join('\n')).not.toContain('hunter2');
  });

  test('are not printed with what is wrong around them', async () => {
    const { lines } = await validate({ name: 'o', config: { ...config, 'connection.uri': 'mongo://app:hunter2@h' } });
    expect(lines.join('\n')).not.toContain('hunter2');
  });

  test('are not printed with a syntax error', async () => {
    const { lines } = await validate('{"name": "o", "config": {"connection.uri": "mongodb://app:hunter2@h" "x"}}');
    expect(lines.join('\n')).toContain('Not valid JSON');
    expect(lines.join('\n')).not.toContain('hunter2');
  });
});

describe('environment.json', () => {
  test('a good one is one line', async () => {
    expect(await validate({}, 'local/environment.json')).toEqual({ exitCode: 0, lines: ['good, environment local'] });
  });

  test.each([
    [
      'an unknown property',
      { nope: 1, sink: { tiemout: 1 } },
      ['nope: Unknown property', 'sink.tiemout: Unknown property'],
    ],
    ['a bad value', { region: 'Europe' }, ['region: Expected a region such as eu-west-1']],
    ['no JSON', '{', ['Not valid JSON: CloseBraceExpected at line 1, column 2']],
    ['what an environment of AWS needs', {}, ['network: Missing', 'kafka: Missing']],
  ])('%s', async (_, content, expected) => {
    const { exitCode, lines } = await validate(content, 'dev/environment.json');
    expect(exitCode).toBe(2);
    for (const text of expected) expect(lines.filter((line) => line.startsWith(text))).toHaveLength(1);
  });
});

describe('several files', () => {
  const fill = (folder: Folder) => {
    folder.write('a/good.json', { name: 'o', config: sink });
    folder.write('a/bad.json', { name: 'o', config: { ...sink, databse: 'x' } });
    folder.write('a/notes.txt', 'x');
  };

  test('each is looked at, whatever is wrong with the others', async () => {
    using folder = openFolder();
    fill(folder);
    const file = (name: string) => `${folder.path}/${name}`;
    const { exitCode, out } = await commandLine(folder, [
      'validate',
      file('missing.json'),
      file('a/bad.json'),
      file('a/good.json'),
    ]);
    expect(exitCode).toBe(2);
    expect(out).toEqual([
      `${file('missing.json')}: No such file`,
      `${file('a/bad.json')}: databse: Unknown property; did you mean database?`,
      `${file('a/good.json')}: good, sink connector o`,
      '2 problems',
    ]);
  });

  test('a folder stands for its files', async () => {
    using folder = openFolder();
    fill(folder);
    const { exitCode, out } = await commandLine(folder, ['validate', `${folder.path}/a`]);
    expect(exitCode).toBe(2);
    expect(out.map((line) => line.replace(`${folder.path}/a/`, '').split(':')[0])).toEqual([
      'bad.json',
      'good.json',
      '1 problem',
    ]);
  });

  test('a folder without any is a problem, not a success', async () => {
    using folder = openFolder();
    expect((await commandLine(folder, ['validate', folder.path])).exitCode).toBe(2);
  });

  test('an environment is looked at as a whole: two connectors of one name', async () => {
    using folder = openFolder();
    folder.write('environments/local/environment.json', {});
    folder.write('environments/local/connectors/a.json', { name: 'same', config: source });
    folder.write('environments/local/connectors/b.json', { name: 'same', config: sink });
    const { exitCode, out } = await commandLine(folder, ['validate', `${folder.path}/environments/local`]);
    expect(exitCode).toBe(2);
    expect(out.join('\n')).toContain('Connector name same is used twice');
  });

  test('an environment is looked at as a whole: a limit above what its sink can get', async () => {
    using folder = openFolder();
    cpSync(join(environmentsFolder, 'staging'), join(folder.path, 'environments/staging'), { recursive: true });
    folder.write('environments/staging/connectors/orders-source.json', {
      name: 'orders-source',
      config: { ...source, database: 'shop', collection: 'orders', 'producer.override.max.request.size': 8_000_000 },
    });
    const { exitCode, out } = await commandLine(folder, ['validate', `${folder.path}/environments/staging`]);
    expect(exitCode).toBe(0);
    expect(out.filter((line) => line.includes('warning'))).toEqual([
      expect.stringMatching(
        /^warning: .*orders-source\.json: producer\.override\.max\.request\.size: Expected at most/,
      ),
    ]);
  });
});
