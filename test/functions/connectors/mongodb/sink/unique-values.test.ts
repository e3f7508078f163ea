import fc from 'fast-check';
import { MongoNetworkError, MongoServerError } from 'mongodb';
import { describe, expect, test } from 'vitest';
import type { FindDocuments } from '../../../../../functions/connectors/mongodb/sink/find-documents.ts';
import { modelServer } from './model-server.ts';
import { bson, remove, replace, toWrite, writeTo } from './model-writes.ts';

const at = (partition: number) => ({ topicPartition: `t-${partition}` });
/** One document each, by `_id` from 1 on, that hold the numbers as their unique value. */
async function serverWith(values: readonly number[]) {
  const server = modelServer({ unique: 'u' });
  const writes = values.map((u, index) => toWrite(replace(index + 1, { u }), index));
  await writeTo(server, writes);
  return server;
}
const valuesOf = ({ documents }: Awaited<ReturnType<typeof serverWith>>) =>
  [...documents.values()].map(({ _id, u }) => [Number((_id as Int).$numberInt), Number((u as Int).$numberInt)]);
type Int = { readonly $numberInt: string };

test.each([true, false])(
  'two documents on different partitions swap a unique value (ordered: %s)',
  async (isOrdered) => {
    const [away, back, other] = [replace(1, { u: 0 }), replace(1, { u: 2 }), replace(2, { u: 1 })];
    for (const order of [
      [away, back, other],
      [away, other, back],
      [other, away, back],
    ]) {
      const server = await serverWith([1, 2]);
      const writes = order.map((model, index) => toWrite(model, index, at(model === other ? 1 : 0)));
      const { statuses, now } = await writeTo(server, writes, { isOrdered });
      expect(statuses).toEqual(['written', 'written', 'written']);
      expect(valuesOf(server).sort()).toEqual([
        [1, 2],
        [2, 1],
      ]);
      expect(now).toBe(0);
    }
  },
);

test('whatever documents pass unique values on, in whatever order their partitions come, nothing is rejected', async () => {
  const passing = fc.integer({ min: 2, max: 6 }).chain((count) =>
    fc.record({
      target: fc.shuffledSubarray(
        [...Array(count).keys()].map((n) => n + 1),
        { minLength: count },
      ),
      order: fc.array(fc.nat(), { minLength: 2 * count, maxLength: 2 * count }),
      isOrdered: fc.boolean(),
    }),
  );
  await fc.assert(
    fc.asyncProperty(passing, async ({ target, order, isOrdered }) => {
      const server = await serverWith([...target].sort((a, b) => a - b));
      // each document first lets go of its value, then takes another one; only its own order is kept
      const queues = target.map((u, index) => [replace(index + 1, { u: -index - 1 }), replace(index + 1, { u })]);
      const partitions = order.flatMap((pick) => {
        const open = queues.filter((queue) => queue.length > 0);
        const queue = open[pick % open.length]!;
        return [{ partition: queues.indexOf(queue), model: queue.shift()! }];
      });
      const writes = partitions.map(({ partition, model }, index) => toWrite(model, index, at(partition)));
      const { statuses } = await writeTo(server, writes, { isOrdered });
      expect(new Set(statuses)).toEqual(new Set(['written']));
      expect(valuesOf(server).sort()).toEqual(target.map((u, index) => [index + 1, u]).sort());
    }),
  );
}, 30_000);

test('a value that stays taken is rejected in the end, and later writes of its document come after it', async () => {
  const server = await serverWith([1]);
  const models = [replace(2, { u: 1 }), replace(3, { u: 3 }), replace(2, { u: 2 })];
  const { statuses, now } = await writeTo(
    server,
    models.map((model, index) => toWrite(model, index)),
  );
  expect(statuses).toEqual(['rejected', 'written', 'written']);
  expect(valuesOf(server)).toEqual([
    [1, 1],
    [3, 3],
    [2, 2],
  ]);
  expect(now).toBeLessThan(2_000);
});

test('later writes of a document whose write waits stay later', async () => {
  const server = await serverWith([1]);
  const models = [replace(2, { u: 1 }), replace(2, { u: 5 }), remove(1)];
  const writes = models.map((model, index) => toWrite(model, index));
  expect((await writeTo(server, writes)).statuses).toEqual(['written', 'written', 'written']);
  expect(valuesOf(server)).toEqual([[2, 5]]);
});

test('a value that another invocation frees in the meantime is taken', async () => {
  const server = await serverWith([1]);
  const write = toWrite(replace(2, { u: 1 }), 0);
  let tries = 0;
  const { statuses } = await writeTo(
    {
      find: server.find,
      async send(command, timeoutMs) {
        if (++tries === 3)
          await server.send({ ...command, name: 'delete', statements: [toWrite(remove(1), 0).statement] }, 1);
        return server.send(command, timeoutMs);
      },
    },
    [write],
  );
  expect(statuses).toEqual(['written']);
});

test('a write that may be about any document waits behind one that met a unique value', async () => {
  const server = await serverWith([1, 2]);
  const writes = [
    toWrite(replace(3, { u: 1 }), 0),
    { ...toWrite(remove(3), 1), id: undefined },
    toWrite(remove(1), 2),
    toWrite(replace(3, { u: 5 }), 3),
  ];
  const { statuses } = await writeTo(server, writes);
  // only the third would have freed the value, and it must not pass the second
  expect(statuses).toEqual(['rejected', 'written', 'written', 'written']);
  expect(valuesOf(server)).toEqual([
    [2, 2],
    [3, 5],
  ]);
});

describe('a duplicate of a document itself', () => {
  const write = toWrite(replace(1, { a: 1, b: 2 }), 0);
  const send = async () => ({
    count: 0,
    upserted: [],
    writeErrors: [{ index: 0, code: 11000, errmsg: 'E11000' }],
    concernError: undefined,
  });
  const finding =
    (stored: object): FindDocuments =>
    async () => [bson(stored)];
  const failing =
    (error: Error): FindDocuments =>
    async () => {
      throw error;
    };

  test.each([
    ['it is the same', finding({ _id: 1, a: 1, b: 2 }), 'written'],
    ['it is the same but for the place of its _id', finding({ a: 1, _id: 1, b: 2 }), 'written'],
    ['its _id is the same number of another type', finding({ _id: { $numberLong: '1' }, a: 1, b: 2 }), 'written'],
    ['a value differs', finding({ _id: 1, a: 1, b: 3 }), 'rejected'],
    ['a value is the same number of another type', finding({ _id: 1, a: 1, b: { $numberLong: '2' } }), 'rejected'],
    ['the order of its fields differs', finding({ _id: 1, b: 2, a: 1 }), 'rejected'],
    ['it has more', finding({ _id: 1, a: 1, b: 2, c: 3 }), 'rejected'],
    ['another value is taken', async () => [], 'rejected'],
    // the record is not at fault, so it comes again
    ['nobody answers', failing(new MongoNetworkError('closed')), 'unsettled'],
    ['reading is not allowed', failing(new MongoServerError({ code: 13, errmsg: 'no' })), 'rejected'],
  ] as const)('%s', async (_, find, status) => {
    expect((await writeTo({ send, find }, [write])).statuses).toEqual([status]);
  });
});
