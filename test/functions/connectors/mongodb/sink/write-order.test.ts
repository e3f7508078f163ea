import fc from 'fast-check';
import { MongoNetworkError } from 'mongodb';
import { expect, test } from 'vitest';
import { modelServer } from './model-server.ts';
import { remove, replace, set, toWrite, writeTo } from './model-writes.ts';

const id = fc.integer({ min: 1, max: 4 });
const value = fc.integer({ min: 0, max: 9 });
const BAD = 9;
const refuse = ({ a, b }: Readonly<Record<string, unknown>>) =>
  [a, b].some((one) => JSON.stringify(one) === JSON.stringify({ $numberInt: String(BAD) })) ? 121 : undefined;
const model = fc.oneof(
  fc.tuple(id, value).map(([of, a]) => replace(of, { a })),
  fc.tuple(id, value).map(([of, b]) => set(of, { b })),
  id.map((of) => remove(of)),
);

/** What one write after the other gives: the truth. */
async function oneByOne(models: readonly Parameters<typeof toWrite>[0][]) {
  const server = modelServer({ refuse });
  const statuses = [];
  for (const [index, one] of models.entries()) {
    statuses.push(...(await writeTo(server, [toWrite(one, index)])).statuses);
  }
  return { documents: server.documents, statuses };
}

test('any mix of writes ends as one write after the other does, however it is grouped and disturbed', async () => {
  const mix = fc.record({
    models: fc.array(model, { minLength: 1, maxLength: 20 }),
    isOrdered: fc.boolean(),
    // network failures by the number of the call, before or after the server did its work
    failures: fc.array(fc.tuple(fc.nat(12), fc.constantFrom('before', 'after')), { maxLength: 4 }),
    shuffleBy: fc.infiniteStream(fc.nat()),
  });
  await fc.assert(
    fc.asyncProperty(mix, async ({ models, isOrdered, failures, shuffleBy }) => {
      let calls = 0;
      const shuffle = <T>(list: readonly T[]): T[] =>
        list
          .map((item) => ({ item, by: shuffleBy.next().value }))
          .sort((one, other) => one.by - other.by)
          .map(({ item }) => item);
      const server = modelServer({
        refuse,
        shuffle,
        disturb(when) {
          if (when === 'before') calls++;
          if (failures.some(([call, side]) => call === calls && side === when)) throw new MongoNetworkError('closed');
        },
      });
      const writes = models.map((one, index) => toWrite(one, index));
      const { statuses } = await writeTo(server, writes, { isOrdered });
      const truth = await oneByOne(models);
      expect([...server.documents].sort()).toEqual([...truth.documents].sort());
      // carried out a second time, an update may meet what came behind it the first time
      if (!failures.some(([, side]) => side === 'after')) expect(statuses).toEqual(truth.statuses);
    }),
    { numRuns: 100 },
  );
}, 30_000);
