import { type AutoEncryptionOptions, BSON, type MongoClient } from 'mongodb';
import { ConfigError, DataError, messageOf, type Problem } from '../../../connect/errors.ts';
import { jsonToBson } from '../bson/json-to-bson.ts';

type Texts = Readonly<Record<string, string>>;

/** The rules of the peer, in its words; it looks at the key itself only at the start. */
export const refuseEncryption = (texts: Texts): Problem[] =>
  texts['csfle.enabled']?.toLowerCase() === 'true'
    ? ['csfle.key.vault.namespace', 'csfle.local.master.key']
        .filter((property) => (texts[property] ?? '') === '')
        .map((property) => ({ property, message: `${property} must be set when csfle.enabled=true` }))
    : [];

export type EncryptionConfig = {
  readonly csfleEnabled: boolean;
  readonly csfleKeyVaultNamespace: string;
  readonly csfleLocalMasterKey: string;
  readonly csfleSchemaMap: string;
};

const KEY_BYTES = 96;

/**
 * What the driver has to know to encrypt; nothing where it is off. `csfle.bypass.query.analysis` is never passed on:
 * the driver would then encrypt nothing.
 *
 * @throws ConfigError where something would be stored as plain text.
 */
export function toAutoEncryption(config: EncryptionConfig): AutoEncryptionOptions | undefined {
  if (!config.csfleEnabled) return undefined;
  const key = Buffer.from(config.csfleLocalMasterKey, 'base64');
  if (key.length !== KEY_BYTES) {
    throw refused('csfle.local.master.key', `Expected ${KEY_BYTES} bytes in Base64, got ${key.length}`);
  }
  return {
    keyVaultNamespace: config.csfleKeyVaultNamespace,
    kmsProviders: { local: { key } },
    schemaMap: toSchemaMap(config.csfleSchemaMap),
    extraOptions: { mongocryptdBypassSpawn: true, cryptSharedLibRequired: false },
  };
}

/** A namespace that is not in the map is written as it is, so without any there is nothing to encrypt. */
function toSchemaMap(text: string): NonNullable<AutoEncryptionOptions['schemaMap']> {
  const property = 'csfle.schema.map';
  if (text === '') throw refused(property, 'Expected the schemas of what is to be encrypted, got none');
  try {
    const schemas = BSON.deserialize(jsonToBson(Buffer.from(text, 'utf8')), { promoteBuffers: false });
    if (Object.keys(schemas).length > 0) return schemas;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw refused(property, `Expected a JSON object of namespaces and schemas: ${error.message}`);
  }
  throw refused(property, 'Expected the schemas of what is to be encrypted, got none');
}

/** Makes the client, which needs an optional package to encrypt. @throws ConfigError where that is missing. */
export function withEncryption(isEnabled: boolean, create: () => MongoClient): MongoClient {
  try {
    return create();
  } catch (error) {
    if (!isEnabled) throw error;
    throw refused('csfle.enabled', `Encryption can't be set up: ${messageOf(error)}`, error);
  }
}

const refused = (property: string, message: string, cause?: unknown): ConfigError =>
  new ConfigError([{ property, message }], 'CONFIG_INVALID', { cause });
