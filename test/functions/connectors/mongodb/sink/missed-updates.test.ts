import { MongoNetworkError, MongoServerError } from 'mongodb';
import { expect, test } from 'vitest';
import { modelServer } from './model-server.ts';
import { remove, replace, set, toWrite, writeTo } from './model-writes.ts';

const rejecting = { rejectsMissing: true };
async function write(models: Parameters<typeof toWrite>[0][], options = {}, isOrdered = true) {
  const server = modelServer();
  await writeTo(server, [toWrite(replace(1, {}), 0)]);
  const writes = models.map((model, index) => toWrite(model, index, options));
  return { server, ...(await writeTo(server, writes, { isOrdered })) };
}

test.each([
  ['one of three', [set(1, { a: 1 }), set(2, { a: 1 }), set(1, { b: 1 })], [1]],
  ['all of one document', [set(2, { a: 1 }), set(2, { b: 1 })], [0, 1]],
  ['a replacement that must not make its document', [replace(2, {}, false)], [0]],
  // it is there at the end, but was not in the beginning
  ['one before the document was made', [set(2, { a: 1 }), replace(2, {}), set(2, { b: 1 })], [0]],
  ['none', [set(1, { a: 1 }), replace(2, {}), remove(7)], []],
])('the updates that found no document are counted and named: %s', async (_, models, places) => {
  const { missed, statuses } = await write(models);
  expect(missed).toEqual({ count: places.length, positions: places.map((place) => `t-0@${place}`) });
  expect(new Set(statuses)).toEqual(new Set(['written']));
});

test.each([
  ['the update alone', [set(1, { a: 1 }), set(2, { a: 1 }), set(1, { b: 1 })], { 1: 'rejected' }],
  ['one behind which nothing is the same', [set(2, { a: 1 }), set(2, { b: 1 })], { 0: 'rejected', 1: 'rejected' }],
  // as a batch that comes again after its deletes were written
  ['none whose document is deleted later on', [set(2, { a: 1 }), remove(2)], {}],
  ['none whose document is replaced later on', [set(2, { a: 1 }), replace(2, {})], {}],
])('update.missing=reject rejects %s', async (_, models, rejected: Record<number, string>) => {
  for (const isOrdered of [true, false]) {
    const { statuses, outcomes } = await write(models, rejecting, isOrdered);
    expect(statuses).toEqual(models.map((_model, index) => rejected[index] ?? 'written'));
    for (const place of Object.keys(rejected)) {
      expect(outcomes.get(Number(place))).toMatchObject({ error: { code: 'UPDATE_MISSED' } });
    }
  }
});

test.each([
  ['nobody answers', new MongoNetworkError('closed'), 'MONGODB_TRANSIENT'],
  ['reading is not allowed', new MongoServerError({ code: 13, errmsg: 'no' }), 'MONGODB_REFUSED'],
])('where the documents can not be looked up, nothing is rejected and nothing is lost: %s', async (_, error, code) => {
  const find = async () => {
    throw error;
  };
  const server = { ...modelServer(), find };
  const { outcomes, statuses } = await writeTo(server, [toWrite(set(2, {}), 0, rejecting), toWrite(remove(2), 1)]);
  expect(statuses).toEqual(['unsettled', 'unsettled']);
  expect(outcomes.get(0)).toMatchObject({ error: { code } });
  const counted = await writeTo(server, [toWrite(set(2, {}), 0), toWrite(remove(2), 1)]);
  expect(counted).toMatchObject({ statuses: ['written', 'written'], missed: { count: 1, positions: [] } });
});
