// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of connector files
import { expect, test } from 'vitest';
import { resolvePlaceholders, type SecretSources } from '../../../functions/aws/secrets.ts';
import { ConfigError } from '../../../functions/connect/errors.ts';

const sources: SecretSources = {
  env: (name) => ({ URI: 'mongodb://local' })[name],
  secret: async (name) => ({ 'tailrace/db': '{"uri": "mongodb://u:p@h", "n": 1}', plain: 'just text' })[name],
  async parameter(name) {
    if (name === '/denied') throw new Error('AccessDenied');
    return name === '/tailrace/uri' ? 'mongodb://parameter' : undefined;
  },
};
const resolve = (value: unknown) => resolvePlaceholders({ 'connection.uri': value }, sources);

test.each([
  ['a variable', '${env:URI}', 'mongodb://local'],
  ['a key of a secret', '${secretsmanager:tailrace/db:uri}', 'mongodb://u:p@h'],
  ["MSK Connect's spelling of it", '${secretManager:tailrace/db:uri}', 'mongodb://u:p@h'],
  ['a whole secret', '${secretsmanager:plain}', 'just text'],
  ['a parameter', '${ssm:/tailrace/uri}', 'mongodb://parameter'],
  ["MSK Connect's spelling of that", '${ssm::/tailrace/uri}', 'mongodb://parameter'],
  ['several in one text', '${env:URI},${ssm:/tailrace/uri}', 'mongodb://local,mongodb://parameter'],
  ['no placeholder', 'mongodb://host/$db', 'mongodb://host/$db'],
  ['a number', 5, 5],
])('resolves %s', async (_, value, resolved) => {
  expect(await resolve(value)).toEqual({ 'connection.uri': resolved });
});

test.each([
  ['a variable that is not set', '${env:NONE}', "Can't read ${env:NONE}: it is not there"],
  [
    'a key that the secret lacks',
    '${secretsmanager:tailrace/db:password}',
    'the secret has no text under the key "password"',
  ],
  ['a key of a secret that is no object', '${secretsmanager:plain:uri}', 'the secret is not a JSON object'],
  ['what may not be read', '${ssm:/denied}', 'AccessDenied'],
  ['an unknown provider', '${vault:a}', 'unknown provider "vault"'],
])('refuses %s, by property and without the secret', async (_, value, message) => {
  const error = await resolve(value).catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(ConfigError);
  expect((error as ConfigError).message).toContain(message);
  expect((error as ConfigError).message).not.toMatch(/just text|u:p/);
});
