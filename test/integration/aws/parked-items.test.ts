import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parkedItems, readParkedKeys } from '../../../functions/aws/parked-items.ts';
import { parkedKeys } from '../../../functions/aws/parked-keys.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../infra/local/aws-environment.ts';
import { type LocalDynamodb, startDynamodb } from '../../../infra/local/dynamodb.ts';

const TABLE = 'tailrace-test';
const AT = 'orders-3';
const at = (...offsets: number[]) => offsets.map((offset) => ({ at: AT, offset }));

let dynamodb: LocalDynamodb;
let client: DynamoDBClient;

beforeAll(async () => {
  dynamodb = await startDynamodb(TABLE);
  client = new DynamoDBClient({
    endpoint: dynamodb.dynamodbEndpoint,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
});
afterAll(async () => {
  client.destroy();
  await dynamodb[Symbol.asyncDispose]();
});

function open(connector: string, of = client) {
  const items = parkedItems(TABLE, connector, of);
  return { items, keys: parkedKeys(items, { newVersion: randomUUID, now: Date.now }) };
}
const firstOf = async (connector: string) => [...(await open(connector).items.list()).firstOf];

test('an item is made once, changed and removed only as it was seen', async () => {
  const { items } = open('conditions');
  const item = { key: 'k', waits: at(7), version: 'a' };
  expect(await items.put(item, undefined)).toBe(true);
  expect(await items.put(item, undefined)).toBe(false);
  expect(await items.put({ ...item, version: 'b', hold: { owner: 'o', until: 1 } }, 'other')).toBe(false);
  expect(await items.put({ ...item, version: 'b', hold: { owner: 'o', until: 1 } }, 'a')).toBe(true);
  expect(await items.get('k')).toEqual({ ...item, version: 'b', hold: { owner: 'o', until: 1 } });
  expect(await items.remove('k', 'a')).toBe(false);
  expect(await items.remove('k', 'b')).toBe(true);
  expect(await items.get('k')).toBeUndefined();
});

test('one request tells that nothing is parked, or what waits first of each key; other connectors are apart', async () => {
  expect(await open('listing').items.list()).toEqual({ firstOf: new Map(), isWhole: true });
  const { keys } = open('listing');
  await keys.join('shop.orders#{"_id": 1}', at(1042, 7), 'parks');
  await keys.join('shop.orders#{"_id": 2}', at(9), 'parks');
  await open('listing-2').keys.join('shop.orders#{"_id": 3}', at(1), 'parks');
  expect(await firstOf('listing')).toEqual([
    ['shop.orders#{"_id": 1}', { at: AT, offset: 7 }],
    ['shop.orders#{"_id": 2}', { at: AT, offset: 9 }],
  ]);
});

test('where one request does not list all keys, those of the put are asked for, however many they are', async () => {
  const { items, keys } = open('many');
  // long lists, so that few keys are more than a request gives
  const offsets = Array.from({ length: 35_000 }, (_, index) => 1_000_000_000_000 + index);
  for (let key = 0; key < 4; key += 1) await keys.join(`k${key}`, at(...offsets), 'parks');
  expect((await items.list()).isWhole).toBe(false);
  const find = keys.look(AbortSignal.timeout(10_000));
  const asked = Array.from({ length: 250 }, (_, index) => `k${index}`);
  expect([...(await find(() => [...asked, ...asked])).keys()].sort()).toEqual(asked.slice(0, 4));
  const all: number[] = [];
  for await (const { waits } of readParkedKeys(TABLE, 'many', client)) all.push(waits.length);
  expect(all).toEqual(Array.from({ length: 4 }, () => 35_000));
}, 60_000);

test('eight at the same time join one key, and none is lost', async () => {
  const joins = Array.from({ length: 8 }, (_, offset) => open('race').keys.join('k', at(offset), 'parks'));
  const results = await Promise.allSettled(joins);
  const joined = results.flatMap(({ status }, offset) => (status === 'fulfilled' ? [offset] : []));
  expect((await open('race').items.get('k'))?.waits).toEqual(at(...joined));
  expect(joined.length).toBeGreaterThan(0);
});

test('a list without room says so, before DynamoDB refuses the item', async () => {
  const { keys } = open('full');
  const most = Array.from({ length: 32_000 }, (_, index) => 1_000_000_000_000 + index);
  expect(await keys.join('k', at(...most), 'parks')).toBe('joined');
  expect(await keys.join('k', at(...most.map((offset) => offset + 32_000)), 'parks')).toBe('full');
  expect((await open('full').items.get('k'))?.waits).toHaveLength(32_000);
}, 60_000);

test('the longest key fits the table', async () => {
  const scope = `${'d'.repeat(63)}.${'c'.repeat(190)}`;
  const key = `${scope}#${'€'.repeat(166)}`;
  await open('long').keys.join(key, at(1), 'parks');
  expect((await firstOf('long')).map(([name]) => name)).toEqual([key]);
});

test('a table that can not be reached is said, and nothing about keys', async () => {
  const gone = new DynamoDBClient({
    endpoint: 'http://127.0.0.1:1',
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
    maxAttempts: 1,
  });
  await expect(open('c', gone).keys.join('secret', at(1), 'parks')).rejects.toMatchObject({
    code: 'PARKED_KEYS_UNAVAILABLE',
    message: expect.not.stringContaining('secret'),
  });
  gone.destroy();
});
