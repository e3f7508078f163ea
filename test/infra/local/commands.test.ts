import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findCommand } from '../../../infra/local/commands.ts';
import { withoutPassword } from '../../../infra/local/mongodb.ts';
import { consumerGroupOf, namesOf } from '../../../infra/names.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tailrace-commands-'));
  for (const [name, mode] of [
    ['first/notes', 0o644],
    ['second/notes', 0o755],
    ['second/tool', 0o755],
  ] as const) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), '');
    chmodSync(join(folder, name), mode);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['the first of the names that is there', ['no-tool', 'tool'], 'second/tool'],
  ['one that may be run', ['notes'], 'second/notes'],
  ['nothing where there is none', ['no-tool'], undefined],
])('finds %s', (_, names, expected) => {
  const searchPath = [join(folder, 'first'), join(folder, 'second')].join(delimiter);
  expect(findCommand(names, searchPath)).toBe(expected && join(folder, expected));
});

test.each([undefined, '', delimiter])('finds nothing on the search path %j', (searchPath) => {
  expect(findCommand(['tool'], searchPath)).toBeUndefined();
});

test.each([
  ['mongodb://ann:s3cret@one:1,two:2/?tls=true', 'mongodb://one:1,two:2/?tls=true'],
  ['mongodb+srv://ann:p%40ss@cluster.example.net/db', 'mongodb+srv://cluster.example.net/db'],
  // not encoded as it must be, and a secret all the same
  ['mongodb://ann:s3@cret@one:1', 'mongodb://one:1'],
  ['mongodb://one:1/?appName=a@b', 'mongodb://one:1/?appName=a@b'],
])('prints %s as %s', (uri, expected) => {
  expect(withoutPassword(uri)).toBe(expected);
});

test("names an environment's parts, without the dots that AWS refuses", () => {
  const names = namesOf('dev');
  expect(names).toMatchObject({
    table: 'tailrace-dev',
    deadLetterQueue: 'tailrace-dev-dead-letters',
    replayQueue: 'tailrace-dev-replay',
    replayFunction: 'tailrace-dev-replay',
  });
  expect(names.sinkFunction('shop.orders')).toBe('tailrace-dev-sink-shop-orders');
  expect(names.sourceService('shop.orders')).toBe('tailrace-dev-source-shop-orders');
});

test("reads one topic with Kafka Connect's group, and several with one each", () => {
  expect(consumerGroupOf('shop', 'orders', ['orders'])).toBe('connect-shop');
  expect(consumerGroupOf('shop', 'orders', ['orders', 'items'])).toBe('connect-shop.orders');
});
