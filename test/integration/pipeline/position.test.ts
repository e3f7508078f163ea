import { randomUUID } from 'node:crypto';
import type { Document, MongoClient } from 'mongodb';
import { expect, test } from 'vitest';
import { type FakeAnswer, openFakeMongodb, serverError } from '../../support/fake-mongodb.ts';
import { openSourceTasks } from '../../support/source-tasks.ts';
import { until } from '../../support/until.ts';
import { openDatabase } from '../mongodb-source/watching.ts';

/** Every resume token is refused with this code, while opening without one works. */
const refuseTokens =
  (code: number): FakeAnswer =>
  ({ body }, usual) =>
    body.pipeline[0].$changeStream?.startAfter ? serverError(code, 'Lost', 'the oplog rolled over') : usual();

const idOf = ({ value }: { value: unknown }) => (value as Document).documentKey._id;

test('a lost position stops the task, with latest it goes on and keeps one gap (wire-level fake)', async () => {
  await using fake = await openFakeMongodb({ servers: 1 });
  const database = `fake_${randomUUID().slice(0, 8)}`;
  const topic = `${database}.orders`;
  await using tasks = await openSourceTasks(topic, { 'connection.uri': fake.uri, database, collection: 'orders' });
  const insert = (_id: number) =>
    fake.stream.append({
      operationType: 'insert',
      ns: { db: database, coll: 'orders' },
      documentKey: { _id },
      fullDocument: { _id },
    });
  const position = async () => (await tasks.items('offset#'))[0] as { lastEvents?: { tokens: string[] } } | undefined;

  const first = await tasks.start();
  await first.streams();
  insert(1);
  await until('the position is stored', async () => (await position())?.lastEvents?.tokens.length === 1);
  expect(await first.drain()).toBe(0);

  fake.always('aggregate', refuseTokens(286));
  const stopped = await tasks.start({ 'errors.tolerance': 'all' });
  expect(await stopped.exited).toBe(2);
  expect(stopped.lines().at(-1)).toMatchObject({
    code: 'POSITION_LOST',
    message: expect.stringMatching(/^Expected to go on reading .* from \d{4}-.*Set position\.lost=copy/),
  });
  expect(await tasks.items('gap#')).toEqual([]);

  insert(2);
  const latest = await tasks.start({ 'position.lost': 'latest' });
  await latest.streams();
  insert(3);
  expect((await tasks.values(2)).map(idOf)).toEqual([1, 3]);
  expect(await latest.drain()).toBe(0);
  expect(await tasks.items('gap#')).toMatchObject([
    { action: 'latest', from: expect.any(String), cause: expect.stringContaining('(code 286)') },
  ]);

  fake.always('aggregate', (_, usual) => usual());
  const again = await tasks.start({ 'position.lost': 'latest' });
  await again.streams();
  insert(4);
  expect((await tasks.values(3)).map(idOf)).toEqual([1, 3, 4]);
  expect(await tasks.items('gap#')).toHaveLength(1);
});

/** The next aggregate is refused with this code, as by a server whose oplog rolled over; whether the server can do so. */
async function refuseNext(client: MongoClient, errorCode: number): Promise<boolean> {
  const data = { failCommands: ['aggregate'], errorCode };
  const refused = client.db('admin').command({ configureFailPoint: 'failCommand', mode: { times: 1 }, data });
  return refused.then(
    () => true,
    () => false,
  );
}

test('with copy the gap is kept, and what exists comes again with a header (failCommand)', async ({ skip }) => {
  await using database = await openDatabase();
  const { db, uri } = database;
  const common = { 'connection.uri': uri, database: db.databaseName, collection: 'orders', 'position.lost': 'copy' };
  await using tasks = await openSourceTasks(`${db.databaseName}.orders`, common);
  const orders = db.collection<{ _id: number; n?: number }>('orders');
  const first = await tasks.start();
  await first.streams();
  await orders.insertMany([1, 2, 3].map((_id) => ({ _id })));
  await tasks.values(3);
  expect(await first.drain()).toBe(0);

  await orders.insertOne({ _id: 4 });
  await orders.deleteOne({ _id: 1 });
  await orders.updateOne({ _id: 2 }, { $set: { n: 2 } });
  if (!(await refuseNext(db.client, 286))) skip('the server has no failCommand');
  const copying = await tasks.start();
  await copying.streams();
  await orders.insertOne({ _id: 5 });

  const read = await tasks.values(7);
  const isCopied = ({ headers }: (typeof read)[number]) => headers['tailrace.copy'] === 'position-lost';
  expect(read.filter(isCopied).map(({ value }) => (value as Document).fullDocument)).toEqual(
    expect.arrayContaining([{ _id: 2, n: 2 }, { _id: 3 }, { _id: 4 }]),
  );
  expect(
    read
      .filter((record) => !isCopied(record))
      .map(idOf)
      .toSorted(),
  ).toEqual([1, 2, 3, 5]);
  expect(await tasks.items('gap#')).toMatchObject([{ action: 'copy', deletes: expect.any(String) }]);
  expect(await tasks.items('copy')).toEqual(
    expect.arrayContaining([expect.objectContaining({ item: 'copy', reason: 'position-lost', done: true })]),
  );
});

test('a pipeline that changes between two tasks loses and doubles nothing, while documents are written', async () => {
  await using database = await openDatabase();
  const { db, uri } = database;
  const topic = `${db.databaseName}.orders`;
  const common = { 'connection.uri': uri, database: db.databaseName, collection: 'orders' };
  await using tasks = await openSourceTasks(topic, common);
  const orders = db.collection<{ _id: number }>('orders');
  let written = 0;
  const write = async () => {
    await orders.insertMany(Array.from({ length: 7 }, (_, index) => ({ _id: written + index })));
    written += 7;
  };
  const stages = ['[]', '[{$match: {operationType: "insert"}}]', '[{$match: {operationType: {$ne: "drop"}}}]'];

  for (const pipeline of stages) {
    const task = await tasks.start({ pipeline });
    await task.streams();
    const before = written;
    const published = async () => (await tasks.items('offset#'))[0]?.clusterTime !== undefined;
    for (let round = 0; round < 20; round++) await write();
    await until('something is published', published);
    // in the middle of its work
    expect(await task.drain()).toBe(0);
    await write();
    const warned = task.lines().filter(({ message }) => message.startsWith('What is watched was changed'));
    expect(warned).toHaveLength(before === 0 ? 0 : 1);
  }
  const last = await tasks.start({ pipeline: '[{$match: {}}]' });
  await last.streams();

  const ids = (await tasks.values(written)).map(idOf);
  expect(ids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: written }, (_, id) => id));
});
