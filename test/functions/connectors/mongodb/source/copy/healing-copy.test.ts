import { isDeepStrictEqual } from 'node:util';
import type { Document } from 'mongodb';
import { expect, test } from 'vitest';
import type { SourceBatch } from '../../../../../../functions/connect/connector.ts';
import { type FakeDeployment, fakeDeployment } from '../../../../../support/fake-deployment.ts';
import { refusal } from '../scripted-deployment.ts';
import { Killed, live, newWorld, sinkOf } from './copying-task.ts';

const HEALING = { 'startup.mode': 'latest', 'position.lost': 'copy' };
const isQuiet = ({ phase, records }: SourceBatch) => phase === undefined && records.length === 0;

/** A task that published some documents, then was down while others were written. */
async function downTooLong(killAt = Number.POSITIVE_INFINITY) {
  let lost: Document | undefined;
  const deployment = fakeDeployment({
    before({ pipeline }) {
      const { startAfter } = pipeline?.[0].$changeStream ?? {};
      if (lost && isDeepStrictEqual({ ...startAfter }, lost)) throw refusal(286);
    },
  });
  let steps = Number.NEGATIVE_INFINITY;
  const world = newWorld(() => {
    steps += 1;
    if (steps === killAt) throw new Killed();
  });
  let isWritten = false;
  await live(world, deployment, {
    properties: HEALING,
    until(batch) {
      if (!isWritten) for (const _id of [1, 2, 3]) deployment.insert('shop.orders', { _id, version: 0 });
      isWritten = true;
      return isQuiet(batch) && world.topic.length === 3;
    },
  });
  // the oplog rolls over
  lost = JSON.parse(String(world.offset?._id));
  deployment.replace('shop.orders', { _id: 2, version: 1 });
  for (const _id of [4, 5, 6, 7]) deployment.insert('shop.orders', { _id, version: 1 });
  deployment.insert('shop.items', { _id: 'x', version: 1 });
  steps = 0;
  return { world, deployment };
}

const expectedOf = (deployment: FakeDeployment) =>
  new Map(
    ['orders', 'items'].flatMap((name) =>
      deployment
        .documents(`shop.${name}`)
        .map((document) => [`${name} ${JSON.stringify({ _id: document._id }).replace(':', ': ')}`, document] as const),
    ),
  );

const gapsOf = ({ items }: ReturnType<typeof newWorld>) => [...items.keys()].filter((item) => item.startsWith('gap#'));

test('a lost position is healed by a copy: everything that exists comes, with a header, and the stream goes on', async () => {
  const { deployment, world } = await downTooLong();
  const before = world.topic.length;
  let hasWritten = false;
  await live(world, deployment, {
    properties: HEALING,
    until(batch) {
      if (batch.phase === undefined && !hasWritten) deployment.insert('shop.orders', { _id: 8, version: 0 });
      hasWritten ||= batch.phase === undefined;
      return isQuiet(batch) && world.topic.some(({ key }) => String(key).includes('8'));
    },
  });
  expect(sinkOf(world.topic)).toEqual(expectedOf(deployment));
  const [last, ...copied] = world.topic.slice(before).toReversed();
  expect(last?.headers).toBeUndefined();
  for (const { headers } of copied) expect(headers).toEqual([['tailrace.copy', Buffer.from('position-lost')]]);
  expect(gapsOf(world)).toHaveLength(1);
});

test('a copy that heals is killed at any await: the next task heals the rest, and there is one gap', async () => {
  let killAt = 1;
  for (;;) {
    const { deployment, world } = await downTooLong(killAt);
    const life = { properties: HEALING, until: isQuiet };
    const isKilled = await live(world, deployment, life).then(
      () => false,
      (error: unknown) => {
        if (error instanceof Killed) return true;
        throw error;
      },
    );
    if (isKilled) await live(world, deployment, life);
    expect(sinkOf(world.topic), `killed at step ${killAt}`).toEqual(expectedOf(deployment));
    expect(gapsOf(world), `killed at step ${killAt}`).toHaveLength(1);
    if (!isKilled) break;
    killAt += 1;
  }
  expect(killAt).toBeGreaterThan(30);
}, 60_000);
