import { Timestamp } from 'mongodb';
import { expect, test } from 'vitest';
import { type FakeOptions, openFakeMongodb, serverError } from '../../support/fake-mongodb.ts';
import { openDatabase, watch } from './watching.ts';

const orders = { database: 'shop', collection: 'orders' };

test('prints what the deployment is and what follows from it, before anything is read', async () => {
  await using database = await openDatabase();
  await using source = await watch({
    'connection.uri': database.uri,
    database: database.db.databaseName,
    collection: 'orders',
  });
  const [first] = source.lines;
  expect(first).toMatchObject({
    level: 'info',
    message: 'Deployment probed',
    fields: {
      deployment: expect.stringMatching(/^MongoDB \d+\.\d+\.\d+/),
      topology: expect.stringMatching(/^(replica set|sharded cluster)$/),
      splitsLargeEvents: expect.any(Boolean),
      readsOplog: expect.any(Boolean),
    },
  });
});

test.each<[string, FakeOptions, Record<string, string>, string]>([
  ['a standalone server', { kind: 'standalone' }, {}, 'connection.uri: Expected a replica set'],
  [
    'post-images of an old server',
    { version: '5.0.31' },
    { 'change.stream.full.document': 'required' },
    'change.stream.full.document: Expected MongoDB 6.0',
  ],
  [
    'a secondary of a set that has none',
    { servers: 1, options: 'readPreference=secondary' },
    {},
    'connection.uri: Expected a secondary',
  ],
  [
    'a stable API that the server does not have',
    { version: '4.4.29' },
    { 'server.api.version': '1' },
    'server.api.version: Server Version API requires MongoDB 5.0',
  ],
])('refuses %s by name, and opens no cursor (wire-level fake)', async (_, options, properties, message) => {
  await using deployment = await openFakeMongodb(options);
  await expect(watch({ 'connection.uri': deployment.uri, ...orders, ...properties })).rejects.toMatchObject({
    name: 'ConfigError',
    code: 'MONGODB_REFUSED',
    message: expect.stringContaining(message),
  });
  expect(deployment.commands.map(({ name }) => name)).not.toContain('aggregate');
});

test('tells a server that refuses the handshake of a stable API from one that is not there (wire-level fake)', async () => {
  await using deployment = await openFakeMongodb({ version: '4.4.29', options: 'serverSelectionTimeoutMS=500' });
  deployment.always('hello', ({ body }, usual) =>
    'apiVersion' in body
      ? serverError(40415, 'Location40415', "BSON field 'hello.apiVersion' is an unknown field.")
      : usual(),
  );
  await expect(watch({ 'connection.uri': deployment.uri, ...orders, 'server.api.version': '1' })).rejects.toMatchObject(
    { message: expect.stringContaining('server.api.version: Server Version API requires') },
  );
});

test('a deployment that answers no question is watched all the same, and what is not known is said (wire-level fake)', async () => {
  await using deployment = await openFakeMongodb();
  for (const name of ['isMaster', 'buildInfo', 'getParameter', 'find', 'connectionStatus']) {
    deployment.always(name, serverError(13, 'Unauthorized', `not authorized to run ${name}`));
  }
  await using source = await watch({
    'connection.uri': deployment.uri,
    ...orders,
    'change.stream.full.document': 'required',
  });
  expect(source.batches).toHaveLength(1);
  const [{ fields }] = source.lines as [(typeof source.lines)[number]];
  expect(fields).toMatchObject({
    deployment: 'MongoDB of unknown version',
    topology: 'unknown',
    splitsLargeEvents: false,
    images: 'unknown',
  });
  expect(fields.unknown).toContain('version: not authorized to run buildInfo');
});

test('a user without the rights is warned, and the server has the last word (wire-level fake)', async () => {
  await using deployment = await openFakeMongodb();
  deployment.always('connectionStatus', {
    authInfo: {
      authenticatedUsers: [{ user: 'reader', db: 'admin' }],
      authenticatedUserPrivileges: [{ resource: { db: 'shop', collection: '' }, actions: ['find'] }],
    },
  });
  deployment.always('find', {
    cursor: { id: 0, ns: 'local.oplog.rs', firstBatch: [{ ts: new Timestamp({ t: 1, i: 1 }) }] },
  });
  await using source = await watch({ 'connection.uri': deployment.uri, ...orders });
  expect(source.lines[0]?.fields).toMatchObject({ readsOplog: true, splitsLargeEvents: true });
  expect(source.lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields)).toEqual([
    { missingActions: ['changeStream'] },
  ]);
});
