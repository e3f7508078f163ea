import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SourceBatch } from '../../../../../../functions/connect/connector.ts';
import { type FakeDeployment, fakeDeployment } from '../../../../../support/fake-deployment.ts';
import { copiesOf, Killed, live, newWorld, SMALL, sinkOf } from './copying-task.ts';

const IDS = Array.from({ length: 10 }, (_, id) => (id % 3 === 0 ? `text ${id}` : id));

/** Documents in two collections, which are there before the task. */
function shop(before?: () => void): FakeDeployment {
  const deployment = fakeDeployment({ before });
  for (const _id of IDS) deployment.insert('shop.orders', { _id, version: 0 });
  for (const _id of IDS.slice(0, 3)) deployment.insert('shop.items', { _id, version: 0 });
  return deployment;
}

const expectedOf = (deployment: FakeDeployment) =>
  new Map(
    ['orders', 'items'].flatMap((name) =>
      deployment
        .documents(`shop.${name}`)
        .map((document) => [`${name} ${JSON.stringify({ _id: document._id }).replace(':', ': ')}`, document] as const),
    ),
  );

/** Streaming, and everything that was written has come. */
const hasArrived =
  (isQuiet: () => boolean) =>
  ({ phase, records }: SourceBatch): boolean =>
    phase === undefined && isQuiet() && records.length === 0;

test('a copy that is killed at any await goes on where it was, and what arrives is what exists', async () => {
  const lives = async (killAt: number) => {
    let steps = 0;
    let writes = 0;
    const deployment = shop(() => {
      // a document that is copied, one that is not yet, one that is gone
      writes += 1;
      if (writes === 12) deployment.replace('shop.orders', { _id: 1, version: 1 });
      if (writes === 16) deployment.remove('shop.orders', 8);
      if (writes === 20) deployment.replace('shop.orders', { _id: 'text 9', version: 1 });
      if (writes === 24) deployment.insert('shop.items', { _id: 100, version: 1 });
    });
    const world = newWorld(() => {
      steps += 1;
      if (steps === killAt) throw new Killed();
    });
    const life = { until: hasArrived(() => writes > 30) };
    const isKilled = await live(world, deployment, life).then(
      () => false,
      (error: unknown) => {
        if (error instanceof Killed) return true;
        throw error;
      },
    );
    if (isKilled) await live(world, deployment, life);
    return { deployment, world, isKilled };
  };
  let killAt = 1;
  for (;;) {
    const { deployment, isKilled, world } = await lives(killAt);
    expect(sinkOf(world.topic), `killed at step ${killAt}`).toEqual(expectedOf(deployment));
    const again = [...copiesOf(world.topic).values()].filter((times) => times > 1);
    expect(again.length, `read again after a kill at step ${killAt}`).toBeLessThanOrEqual(SMALL.rangeDocuments);
    if (!isKilled) break;
    killAt += 1;
  }
  expect(killAt).toBeGreaterThan(100);
}, 60_000);

const write = fc.record({
  at: fc.integer({ min: 1, max: 100 }),
  kind: fc.constantFrom('insert', 'replace', 'remove'),
  collection: fc.constantFrom('shop.orders', 'shop.items'),
  id: fc.constantFrom(...IDS, 100, 101, 'text 100'),
});

test('whatever is written and killed meanwhile, the end of the topic is what exists', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(write, { maxLength: 25 }),
      fc.array(fc.integer({ min: 1, max: 80 }), { maxLength: 4 }),
      fc.constantFrom(1, 3),
      async (writes, kills, threads) => {
        let commands = 0;
        let version = 0;
        const deployment = shop(() => {
          commands += 1;
          for (const { collection, id, kind } of writes.filter(({ at }) => at === commands)) {
            version += 1;
            if (kind === 'remove') deployment.remove(collection, id);
            else deployment.replace(collection, { _id: id, version });
          }
        });
        let steps = 0;
        const deaths = [...kills];
        const world = newWorld(() => {
          steps += 1;
          if (steps !== deaths[0]) return;
          deaths.shift();
          steps = 0;
          throw new Killed();
        });
        const properties = { 'startup.mode.copy.existing.max.threads': String(threads) };
        const life = { properties, until: hasArrived(() => commands > 110) };
        for (let isDone = false; !isDone; ) {
          isDone = await live(world, deployment, life).then(
            () => true,
            (error: unknown) => {
              if (error instanceof Killed) return false;
              throw error;
            },
          );
        }
        expect(sinkOf(world.topic)).toEqual(expectedOf(deployment));
      },
    ),
    { numRuns: 15 },
  );
}, 60_000);
