import { expect, test } from 'vitest';
import { ConfigError } from '../../../../../functions/connect/errors.ts';
import { toAutoEncryption } from '../../../../../functions/connectors/mongodb/sink/encryption.ts';
import { mongodbSink } from '../../../../../functions/connectors/mongodb/sink/mongodb-sink.ts';
import { noModules } from '../../../../support/no-modules.ts';
import { silentLog } from '../../../../support/silent-log.ts';

const KEY = Buffer.alloc(96, 7);
const SCHEMA =
  '{"db.people":{"bsonType":"object","properties":{"ssn":{"encrypt":{"keyId":[{"$binary":{"base64":"bQFiLbPVRm2uSOQUkBr48g==","subType":"04"}}],"bsonType":"string","algorithm":"AEAD_AES_256_CBC_HMAC_SHA_512-Deterministic"}}}}}';
const PROPERTIES = {
  name: 's',
  'connector.class': 'MongoSink',
  topics: 't',
  database: 'db',
  'connection.uri': 'mongodb://127.0.0.1:1',
  'csfle.enabled': 'true',
  'csfle.key.vault.namespace': 'vault.keys',
  'csfle.local.master.key': KEY.toString('base64'),
  'csfle.schema.map': SCHEMA,
};
const configOf = (properties: Readonly<Record<string, string>> = {}) =>
  mongodbSink.config.parse({ ...PROPERTIES, ...properties });

const open = (properties: Readonly<Record<string, string>> = {}) =>
  mongodbSink.open(configOf(properties), {
    log: silentLog,
    metrics: { add: () => undefined },
    now: () => 0,
    loadModule: noModules,
  });

test('where the package that encrypts is missing the start is refused', async () => {
  await expect(open()).rejects.toThrow(ConfigError);
  await expect(open()).rejects.toThrow(/^csfle\.enabled: Encryption can't be set up: .*mongodb-client-encryption/);
});

test('without encryption nothing of it is asked for', async () => {
  const sink = await open({ 'csfle.enabled': 'false' });
  await sink[Symbol.asyncDispose]();
});

test.each([
  ['csfle.local.master.key', 'AAAA', 'Expected 96 bytes in Base64, got 3'],
  ['csfle.schema.map', '', 'Expected the schemas of what is to be encrypted, got none'],
  ['csfle.schema.map', '{}', 'Expected the schemas of what is to be encrypted, got none'],
  ['csfle.schema.map', '[', 'Expected a JSON object of namespaces and schemas: '],
])('a start with %s=%s is refused: something would be stored as plain text', async (property, value, why) => {
  await expect(open({ [property]: value })).rejects.toThrow(`${property}: ${why}`);
});

test('the driver is told what to encrypt, and never to bypass it', () => {
  const options = toAutoEncryption(configOf({ 'csfle.bypass.query.analysis': 'true' }));
  expect(options).toMatchObject({
    keyVaultNamespace: 'vault.keys',
    kmsProviders: { local: { key: KEY } },
    schemaMap: { 'db.people': { properties: { ssn: { encrypt: { bsonType: 'string' } } } } },
  });
  expect(options).not.toHaveProperty('bypassQueryAnalysis');
});

test.each([
  ['nothing but the switch', { 'csfle.key.vault.namespace': '', 'csfle.local.master.key': '' }, 2],
  ['all that is needed', {}, 0],
])('a configuration with %s', (_, properties, count) => {
  expect(mongodbSink.config.validate({ ...PROPERTIES, ...properties }).problems).toHaveLength(count);
});
