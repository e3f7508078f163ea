import { type Document, Timestamp } from 'mongodb';
import { expect, test } from 'vitest';
import {
  type Findings,
  toFacts,
} from '../../../../../../functions/connectors/mongodb/source/probe/deployment-facts.ts';

const REFUSED = { refused: 'not authorized' };
const orders = { database: 'shop', collection: 'orders' };

const factsOf = (replies: Partial<Record<keyof Findings, Document>>, hosts = ['db'], target = orders) =>
  toFacts(
    {
      hello: REFUSED,
      buildInfo: REFUSED,
      featureVersion: REFUSED,
      oplog: REFUSED,
      rights: REFUSED,
      ...Object.fromEntries(Object.entries(replies).map(([name, reply]) => [name, { reply }])),
    },
    hosts,
    target,
  );

test.each([
  ['a replica set', { setName: 'rs0' }, 'replica set'],
  ['a member that has not joined its set yet', { isreplicaset: true }, 'replica set'],
  ['a mongos', { msg: 'isdbgrid' }, 'sharded cluster'],
  ['a load balancer', { serviceId: 1 }, 'load balancer'],
  ['anything else', { ismaster: true }, 'standalone server'],
])('%s is known by its hello', (_, hello, topology) => {
  expect(factsOf({ hello }).topology).toBe(topology);
});

test('without a hello nothing is said about the kind of deployment', () => {
  expect(factsOf({}).topology).toBeUndefined();
});

test.each([
  ['db.internal:27017', [], 'MongoDB'],
  ['cluster0.abcde.mongodb.net', [], 'Atlas'],
  ['shop.cluster-x.eu-west-1.docdb.amazonaws.com:27017', [], 'DocumentDB'],
  ['shop-1.eu-west-1.docdb-elastic.amazonaws.com:27017', [], 'DocumentDB elastic cluster'],
  // through a tunnel only its members' own names tell
  ['localhost:27017', ['shop.x.cn-north-1.docdb.amazonaws.com.cn:27017'], 'DocumentDB'],
  ['docdb.amazonaws.com.example.org', [], 'MongoDB'],
])('the hosts %s %j are those of %s', (host, hosts, service) => {
  expect(factsOf({ hello: { setName: 'rs0', hosts } }, [host]).service).toBe(service);
});

test.each([
  ['its own', { buildInfo: { version: '7.0.14' } }, [7, 0, 14]],
  ['a pre-release', { buildInfo: { version: '8.1.0-rc3' } }, [8, 1, 0]],
  ['that of its wire protocol, where it keeps its own to itself', { hello: { maxWireVersion: 17 } }, [6, 0, 0]],
  ['unknown', {}, undefined],
])('the version is %s', (_, replies, version) => {
  expect(factsOf(replies).version).toEqual(version);
});

test('members that hold data are counted, hidden ones and arbiters are not', () => {
  expect(factsOf({ hello: { setName: 'rs0', hosts: ['a', 'b'], passives: ['c'], arbiters: ['d'] } }).members).toBe(3);
});

test.each([
  ['an entry', { cursor: { firstBatch: [{ ts: new Timestamp({ t: 1, i: 1 }) }] } }, true],
  ['no entry, as mongos does', { cursor: { firstBatch: [] } }, false],
])('the oplog that answers with %s is readable: %s', (_, oplog, isReadable) => {
  expect(factsOf({ oplog }).isOplogReadable).toBe(isReadable);
});

const granted = (...authenticatedUserPrivileges: Document[]) => ({
  rights: { authInfo: { authenticatedUsers: [{ user: 'u' }], authenticatedUserPrivileges } },
});
const BOTH = ['find', 'changeStream', 'collStats'];

test.each([
  ['of everything', granted({ resource: { anyResource: true }, actions: BOTH }), orders, []],
  ['of all databases', granted({ resource: { db: '', collection: '' }, actions: BOTH }), orders, []],
  ['of the database', granted({ resource: { db: 'shop', collection: '' }, actions: BOTH }), orders, []],
  ['of the collection', granted({ resource: { db: 'shop', collection: 'orders' }, actions: BOTH }), orders, []],
  [
    'no change streams',
    granted({ resource: { db: 'shop', collection: '' }, actions: ['find'] }),
    orders,
    ['changeStream'],
  ],
  [
    'another database',
    granted({ resource: { db: 'blog', collection: '' }, actions: BOTH }),
    orders,
    ['changeStream', 'find'],
  ],
  [
    'one collection of the database that is watched',
    granted({ resource: { db: 'shop', collection: 'orders' }, actions: BOTH }),
    { database: 'shop', collection: '' },
    ['changeStream', 'find'],
  ],
  ['no login, so no rights', { rights: { authInfo: { authenticatedUsers: [] } } }, orders, []],
  ['a refusal', {}, orders, undefined],
])('rights are read from what is granted: %s', (_, replies, target, missing) => {
  expect(factsOf(replies, ['db'], target).missingActions).toEqual(missing);
});

test('says what it could not find out, and why', () => {
  expect(factsOf({ hello: {}, buildInfo: {}, oplog: {}, rights: {} }).unknown).toEqual([
    'feature compatibility version: not authorized',
  ]);
});
