import { describe, expect, test } from 'vitest';
import {
  hasOption,
  hostsOf,
  javaOnlyOptionsOf,
  refuseConnectionString,
  schemeOf,
  toDriverUri,
} from '../../../../../functions/connectors/mongodb/client/connection-string.ts';
import { createMongoClient } from '../../../../../functions/connectors/mongodb/client/mongo-client.ts';

test.each([
  ['mongodb://a:1,b/?replicaSet=r', ['a:1', 'b']],
  ['mongodb://user:p%40ss@a:1/db', ['a:1']],
  ['mongodb+srv://user:pass@cluster.example.net', ['cluster.example.net']],
  ['mongodb://[::1]:27018,127.0.0.1?tls=true', ['[::1]:27018', '127.0.0.1']],
  ['mongodb://%2Ftmp%2Fmongodb.sock/db', ['/tmp/mongodb.sock']],
])('%s has the hosts %j and nothing else', (uri, hosts) => {
  expect(hostsOf(uri)).toEqual(hosts);
});

test('the scheme stays as written', () => {
  expect(schemeOf('mongodb+srv://a')).toBe('mongodb+srv://');
  expect(schemeOf('mongodb://a')).toBe('mongodb://');
});

test.each(['http://a', 'mongodb://', 'mongodb://a/?nonsense=1', 'mongodb://a/?replicaSet='])('%s is refused', (uri) => {
  expect(refuseConnectionString(uri)).toBeTypeOf('string');
});

test('options that only the Java driver has are left out and named', () => {
  const uri = 'mongodb://a/db?uuidRepresentation=standard&tls=true&waitQueueMultiple=5';
  expect(refuseConnectionString(uri)).toBeUndefined();
  expect(javaOnlyOptionsOf(uri)).toEqual(['uuidRepresentation', 'waitQueueMultiple']);
  expect(toDriverUri(uri)).toBe('mongodb://a/db?tls=true');
  expect(toDriverUri('mongodb://a/?uuidRepresentation=standard')).toBe('mongodb://a/');
});

describe('a client', () => {
  const options = {
    role: 'sink',
    provider: '',
    serverApiVersion: '',
    serverApiStrict: false,
    serverApiDeprecationErrors: false,
  } as const;

  test('gives up the search for a server in time for a message, unless the connection string says otherwise', () => {
    expect(createMongoClient({ ...options, uri: 'mongodb://a' }).options.serverSelectionTimeoutMS).toBe(8000);
    const uri = 'mongodb://a/?serverselectiontimeoutms=500';
    expect(hasOption(uri, 'serverSelectionTimeoutMS')).toBe(true);
    expect(createMongoClient({ ...options, uri }).options.serverSelectionTimeoutMS).toBe(500);
  });

  test('has the stable API only where a version is set', () => {
    expect(createMongoClient({ ...options, uri: 'mongodb://a' }).options.serverApi).toBeUndefined();
    const { serverApi } = createMongoClient({ ...options, uri: 'mongodb://a', serverApiVersion: '1' }).options;
    expect(serverApi).toMatchObject({ version: '1', strict: false });
  });
});
