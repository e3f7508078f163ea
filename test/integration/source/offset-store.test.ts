import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOffsetStore, offsetItemOf, type StoredOffset } from '../../../functions/aws/offset-store.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../infra/local/aws-environment.ts';
import { type LocalDynamodb, startDynamodb } from '../../../infra/local/dynamodb.ts';

const TABLE = 'tailrace-test';
const partition = { ns: 'mongodb://localhost/shop.orders' };

let dynamodb: LocalDynamodb;
let client: DynamoDBDocumentClient;

beforeAll(async () => {
  dynamodb = await startDynamodb(TABLE);
  const options = { endpoint: dynamodb.dynamodbEndpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS };
  client = DynamoDBDocumentClient.from(new DynamoDBClient(options), {
    marshallOptions: { removeUndefinedValues: true },
  });
});

afterAll(async () => {
  client.destroy();
  await dynamodb[Symbol.asyncDispose]();
});

const deps = (of = client) => ({
  client: of,
  nowIso: () => '2026-01-01T00:00:00.000Z',
  newVersion: () => randomUUID(),
});
const storeOf = (connector: string, of = client) => createOffsetStore(TABLE, connector, deps(of));
const at = (sequence: number): StoredOffset => ({
  offset: { _id: `token ${sequence}` },
  sequence,
  clusterTime: sequence,
  fingerprint: 'f',
});

/** A client whose next write reaches the table, while its answer is lost. */
function losingAnswers(): DynamoDBDocumentClient {
  let lost = false;
  return new Proxy(client, {
    get(target, member) {
      if (member !== 'send') return Reflect.get(target, member);
      return async (command: Parameters<typeof client.send>[0]) => {
        const answer = await target.send(command);
        if (!lost && !(command instanceof GetCommand)) {
          lost = true;
          return target.send(command);
        }
        return answer;
      };
    },
  });
}

test('two tasks that see the same free lease: one gets it', async () => {
  const store = storeOf('race');
  const taken = await Promise.all([store.takeLease(undefined, 'a'), store.takeLease(undefined, 'b')]);
  expect(taken.filter(Boolean)).toHaveLength(1);
});

test('a taken lease cannot be renewed by its former holder, nor released', async () => {
  const store = storeOf('taken');
  const first = await store.takeLease(undefined, 'a');
  const second = await store.takeLease(first, 'b');
  expect(second?.epoch).toBe(2);
  expect(await store.renewLease(first!)).toBeUndefined();
  await store.releaseLease(first!);
  expect(await store.readLease()).toMatchObject({ owner: 'b', epoch: 2 });
});

test('a released lease has no owner and keeps its epoch', async () => {
  const store = storeOf('released');
  await store.releaseLease((await store.takeLease(undefined, 'a'))!);
  const released = await store.readLease();
  expect([released?.owner, released?.epoch]).toEqual([undefined, 1]);
  expect((await store.takeLease(released, 'b'))?.epoch).toBe(2);
});

test('a lease whose answer was lost on the way counts as taken', async () => {
  expect(await storeOf('lost-lease', losingAnswers()).takeLease(undefined, 'a')).toMatchObject({
    owner: 'a',
    epoch: 1,
  });
});

test('creates the position at the first fence, and reads back what was saved', async () => {
  const store = storeOf('offsets');
  expect(await store.fence(partition, 1)).toBeUndefined();
  await store.saveOffset(partition, 1, at(1));
  expect(await store.fence(partition, 2)).toMatchObject(at(1));
});

test('keeps the last events with the position, and forgets them with the next one', async () => {
  const store = storeOf('last-events');
  await store.fence(partition, 1);
  const lastEvents = { seconds: 7, increment: 1, tokens: ['a', 'b'] };
  await store.saveOffset(partition, 1, { ...at(1), lastEvents });
  expect(await store.fence(partition, 2)).toEqual({ ...at(1), lastEvents });
  await store.saveOffset(partition, 2, at(2));
  expect(await store.fence(partition, 3)).toEqual(at(2));
});

test('an offset that a person imported has neither fingerprint nor time', async () => {
  const store = storeOf('imported');
  const item = offsetItemOf(partition);
  await client.send(new PutCommand({ TableName: TABLE, Item: { connector: 'imported', item, offset: { _id: 't' } } }));
  expect(await store.fence(partition, 1)).toEqual({ offset: { _id: 't' }, sequence: 0 });
  await store.saveOffset(partition, 1, at(1));
  expect(await store.fence(partition, 2)).toEqual(at(1));
});

test('a fenced task moves the position no more', async () => {
  const store = storeOf('fenced');
  await store.fence(partition, 1);
  await store.saveOffset(partition, 1, at(1));
  await store.fence(partition, 2);
  await expect(store.saveOffset(partition, 1, at(2))).rejects.toMatchObject({
    name: 'StoppedError',
    code: 'LEASE_LOST',
  });
  await expect(store.fence(partition, 1)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  expect(await store.fence(partition, 2)).toMatchObject(at(1));
});

test('fences every item of the connector, not only the position', async () => {
  const store = storeOf('all-items');
  const other = { ns: 'mongodb://localhost/shop.other' };
  await store.fence(other, 1);
  await store.saveOffset(other, 1, at(1));
  await store.fence(partition, 2);
  await expect(store.saveOffset(other, 1, at(2))).rejects.toMatchObject({ code: 'LEASE_LOST' });
});

test('the position never goes back', async () => {
  const store = storeOf('forward');
  await store.fence(partition, 1);
  await store.saveOffset(partition, 1, at(5));
  await expect(store.saveOffset(partition, 1, at(4))).rejects.toMatchObject({ name: 'StoppedError' });
  expect(await store.fence(partition, 1)).toMatchObject(at(5));
});

test('a saved position whose answer was lost on the way counts as saved', async () => {
  await storeOf('lost-save').fence(partition, 1);
  await storeOf('lost-save', losingAnswers()).saveOffset(partition, 1, at(1));
});

test('a table that cannot be reached is worth another try', async () => {
  const gone = { endpoint: 'http://127.0.0.1:1', region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS, maxAttempts: 1 };
  const unreachable = DynamoDBDocumentClient.from(new DynamoDBClient(gone));
  const store = storeOf('unreachable', unreachable);
  await expect(store.readLease()).rejects.toMatchObject({ name: 'RetriableError', code: 'OFFSET_STORE_UNAVAILABLE' });
});

test('the item of a position is the same whatever the order of its members', () => {
  expect(offsetItemOf({ b: '2', a: '1' })).toBe(offsetItemOf({ a: '1', b: '2' }));
});

test('keeps items beside the position, and a fenced task changes none of its successor’s', async () => {
  const store = storeOf('items');
  await store.fence(partition, 1);
  const mine = store.itemsOf(1);
  await mine.save({ item: 'copy#shop.orders#0', attributes: { lastId: 'a', done: false } });
  await mine.save({ item: 'copy#shop.orders#0', attributes: { lastId: 'b' } });
  await mine.save({ item: 'gap#2026', attributes: { cause: 'c' } });
  expect(await mine.list('copy#')).toEqual([
    { item: 'copy#shop.orders#0', attributes: { lastId: 'b', done: false, epoch: 1, updatedAt: expect.any(String) } },
  ]);
  await store.fence(partition, 2);
  await expect(mine.save({ item: 'copy#shop.orders#0', attributes: { done: true } })).rejects.toMatchObject({
    code: 'LEASE_LOST',
  });
  expect((await store.itemsOf(2).list('copy#'))[0]?.attributes).toMatchObject({ done: false, epoch: 2 });
});
