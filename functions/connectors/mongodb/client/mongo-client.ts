import { type AutoEncryptionOptions, MongoClient, type ServerApi } from 'mongodb';
import { hasOption, toDriverUri } from './connection-string.ts';
import { type KeyStore, readKeyStore } from './key-store.ts';

/** Short enough to tell the operator within ten seconds that nobody answers. */
const SERVER_SELECTION_TIMEOUT_MS = 8_000;

/**
 * Connections of a sink. One function works on one put at a time and its namespaces share them, while a thousand
 * functions times the driver's hundred would be more than a server takes.
 */
export const SINK_POOL_SIZE = 10;
const POOL_OPTIONS = ['maxPoolSize', 'minPoolSize'];

export type ClientOptions = {
  readonly uri: string;
  /** What the server sees in its log and `currentOp`: the room, and what the connector's file adds to it. */
  readonly role: 'source' | 'sink';
  readonly provider: string;
  /** Empty: no stable API. */
  readonly serverApiVersion: string;
  readonly serverApiStrict: boolean;
  readonly serverApiDeprecationErrors: boolean;
  /** The client's certificate. */
  readonly keyStore?: KeyStore;
  /** Any member answers, whatever the connection string asks for. */
  readonly isForAnyMember?: boolean;
  /** Client-side field level encryption. */
  readonly autoEncryption?: AutoEncryptionOptions;
};

/**
 * A client that connects with its first command; options of the connection string win over ours.
 *
 * @throws ConfigError where the key store can't be read.
 */
export function createMongoClient(options: ClientOptions): MongoClient {
  return new MongoClient(toDriverUri(options.uri), {
    driverInfo: { name: handshakeNameOf(options) },
    ...(!hasOption(options.uri, 'serverSelectionTimeoutMS') && {
      serverSelectionTimeoutMS: SERVER_SELECTION_TIMEOUT_MS,
    }),
    ...(options.role === 'sink' &&
      !POOL_OPTIONS.some((name) => hasOption(options.uri, name)) && { maxPoolSize: SINK_POOL_SIZE }),
    ...(options.serverApiVersion !== '' && { serverApi: serverApiOf(options) }),
    ...(options.isForAnyMember && { readPreference: 'nearest', readPreferenceTags: [] }),
    ...(options.keyStore && readKeyStore(options.keyStore)),
    ...(options.autoEncryption && { autoEncryption: options.autoEncryption }),
  });
}

/** What the properties of a connector say of its connection. */
export type ConnectionConfig = {
  readonly connectionUri: string;
  readonly provider: string;
  readonly connectionSslKeystore: string;
  readonly connectionSslKeystorePassword: string;
  readonly serverApiVersion: string;
  readonly serverApiStrict: boolean;
  readonly serverApiDeprecationErrors: boolean;
};

export const toClientOptions = (config: ConnectionConfig, role: ClientOptions['role']): ClientOptions => ({
  uri: config.connectionUri,
  role,
  provider: config.provider,
  keyStore: { path: config.connectionSslKeystore, password: config.connectionSslKeystorePassword },
  serverApiVersion: config.serverApiVersion,
  serverApiStrict: config.serverApiStrict,
  serverApiDeprecationErrors: config.serverApiDeprecationErrors,
});

/** `tailrace|source`, and `|<provider>` where one is set. */
export const handshakeNameOf = ({ role, provider }: Pick<ClientOptions, 'role' | 'provider'>): string =>
  ['tailrace', role, provider].filter((part) => part !== '').join('|');

const serverApiOf = (options: ClientOptions): ServerApi => ({
  version: options.serverApiVersion as ServerApi['version'],
  strict: options.serverApiStrict,
  deprecationErrors: options.serverApiDeprecationErrors,
});
