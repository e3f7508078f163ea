import { BSON, type Document, MongoNetworkError, MongoServerError } from 'mongodb';
import { expect, test } from 'vitest';
import type { SourceBatch } from '../../../../../../functions/connect/connector.ts';
import { type FakeDeploymentOptions, fakeDeployment } from '../../../../../support/fake-deployment.ts';
import { rawReply } from '../../../../../support/raw-bson.ts';
import { copiesOf, live, newWorld, SMALL } from './copying-task.ts';

const isStreaming = ({ phase }: SourceBatch): boolean => phase === undefined;

function shop(count: number, options: FakeDeploymentOptions = {}) {
  const deployment = fakeDeployment(options);
  for (let _id = 1; _id <= count; _id += 1) deployment.insert('shop.orders', { _id });
  return deployment;
}

const ONE_THREAD = { 'startup.mode.copy.existing.max.threads': '1' };
const nameOf = (command: Document): string => {
  const [name = ''] = Object.keys(command);
  if (name === 'aggregate') return command.pipeline[0]?.$changeStream ? 'stream' : 'copy';
  return name;
};
const keysOf = (batches: readonly SourceBatch[]) =>
  batches.flatMap(({ records }) => records.map(({ key }) => JSON.parse(String(key))._id));

test('the copy, then the position of its stream is stored before anything is read', async () => {
  const steps: string[] = [];
  const world = newWorld((what) => void steps.push(what));
  await live(world, shop(3), { properties: ONE_THREAD, until: isStreaming });
  const begin = steps.slice(0, steps.indexOf('find'));
  expect(begin.filter((step) => step.startsWith('save'))).toEqual([
    ...['save copy', 'saved copy', 'save offset', 'saved offset'],
  ]);
  expect(begin.indexOf('save copy')).toBeLessThan(begin.indexOf('aggregate'));
});

test('turns: ranges are copied, stored, then the stream catches up, and so on to the end', async () => {
  const deployment = shop(10);
  const limits = { ...SMALL, turnBytes: 1 };
  const { batches } = await live(newWorld(), deployment, { properties: ONE_THREAD, limits, until: isStreaming });
  const names = deployment.commands.map(({ command }) => nameOf(command)).filter((name) => /stream|copy/.test(name));
  // a reply of two documents is a turn, and what is left of its range may be nothing; the last stream stays
  expect(names.join(' ')).toMatch(/^stream(?: copy(?: copy)? stream){5,6}$/);
  expect(keysOf(batches)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test('copied records wait for no event: the stream goes on behind where it stood during the turn', async () => {
  let copies = 0;
  const deployment = shop(10, {
    before(command) {
      if (nameOf(command) === 'copy') copies += 1;
      if (copies === 2 && nameOf(command) === 'copy') deployment.replace('shop.orders', { _id: 9, changed: true });
    },
  });
  const limits = { ...SMALL, turnBytes: 1 };
  const { batches } = await live(newWorld(), deployment, { properties: ONE_THREAD, limits, until: isStreaming });
  const keys = keysOf(batches);
  // the event comes at the end of the turn, the document again when it is its turn
  expect(keys.filter((key) => key === 9)).toHaveLength(2);
  expect(keys.indexOf(9)).toBeLessThan(keys.indexOf(5));
  expect(
    String(batches.flatMap(({ records }) => records).findLast(({ key }) => String(key).includes('9'))?.value),
  ).toContain('changed');
});

test('reads see what the stream has published, with majority read concern', async () => {
  const deployment = shop(3);
  await live(newWorld(), deployment, { properties: ONE_THREAD, until: isStreaming });
  const reads = deployment.commands.filter(({ command }) => command.find || nameOf(command) === 'copy');
  expect(reads.length).toBeGreaterThan(2);
  for (const { command } of reads) {
    expect(command.readConcern.level).toBe('majority');
    expect(command.readConcern.afterClusterTime).toMatchObject({ t: 4 });
  }
});

test('what was copied is not copied again at the next start', async () => {
  const world = newWorld();
  await live(world, shop(6), { until: isStreaming });
  const deployment = shop(6);
  await live(world, deployment, { until: isStreaming });
  expect([...copiesOf(world.topic).values()]).toEqual([1, 1, 1, 1, 1, 1]);
  expect(deployment.commands.some(({ command }) => nameOf(command) === 'copy')).toBe(false);
});

test('a copy waits while startup.mode is another one, says so, and goes on when it is back', async () => {
  const world = newWorld();
  const stopEarly = (batch: SourceBatch) => batch.records.length > 0;
  await live(world, shop(12), { properties: ONE_THREAD, limits: { ...SMALL, turnBytes: 1 }, until: stopEarly });
  const before = world.topic.length;
  const { log } = await live(world, shop(12), { properties: { 'startup.mode': 'latest' }, until: isStreaming });
  expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  expect(world.topic).toHaveLength(before);
  await live(world, shop(12), { until: isStreaming });
  expect(copiesOf(world.topic).size).toBe(12);
  expect(world.items.get('copy')?.attributes.done).toBe(true);
});

test('a passing failure goes on behind the last reply that arrived', async () => {
  let copies = 0;
  const deployment = shop(6, {
    before(command) {
      if (command.getMore && command.collection === 'orders' && !command.maxTimeMS && copies++ === 0) {
        throw new MongoNetworkError('read ECONNRESET');
      }
    },
  });
  const limits = { ...SMALL, rangeDocuments: 100 };
  const { batches, log } = await live(newWorld(), deployment, { properties: ONE_THREAD, limits, until: isStreaming });
  expect(keysOf(batches)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(log.lines.map(({ message }) => message)).toContain('Reading from MongoDB goes on');
});

test('a namespace that is gone has nothing to copy', async () => {
  const deployment = shop(6, {
    answer(command) {
      if (nameOf(command) === 'copy') throw new MongoServerError({ code: 26, message: 'ns does not exist', ok: 0 });
      return undefined;
    },
  });
  const world = newWorld();
  await live(world, deployment, { until: isStreaming });
  expect([world.topic, world.items.get('copy')?.attributes.done]).toEqual([[], true]);
});

test('what may not be read stops with the words of the server', async () => {
  const deployment = shop(6, {
    answer(command) {
      if (command.find) throw new MongoServerError({ code: 13, message: 'not authorized on shop', ok: 0 });
      return undefined;
    },
  });
  await expect(live(newWorld(), deployment, { until: isStreaming })).rejects.toMatchObject({
    code: 'MONGODB_REFUSED',
    message: 'MongoDB refused to copy shop: not authorized on shop (code 13)',
  });
});

test('databases of the server itself are left out, and no others', async () => {
  const deployment = fakeDeployment();
  for (const name of ['admin', 'config', 'local', 'localization', 'administration', 'configs']) {
    deployment.insert(`${name}.things`, { _id: name });
    deployment.insert(`${name}.system.things`, { _id: 1 });
  }
  const { batches } = await live(newWorld(), deployment, { properties: { database: '' }, until: isStreaming });
  expect(keysOf(batches).sort()).toEqual(['administration', 'configs', 'localization']);
});

const shardKey = (key: Document) =>
  rawReply({ batch: 'firstBatch', documents: [Buffer.from(BSON.serialize({ _id: 'shop.orders', key }))], id: 0n });

test('in a sharded cluster the documentKey has the shard key, looked up once', async () => {
  const deployment = shop(10, {
    answer(command, database) {
      if (command.hello) return { ok: 1, msg: 'isdbgrid' };
      return database === 'config' ? shardKey({ country: 1 }) : undefined;
    },
  });
  await live(newWorld(), deployment, { properties: ONE_THREAD, until: isStreaming });
  const commands = deployment.commands.filter(({ command }) => nameOf(command) === 'copy');
  expect(commands.filter(({ database }) => database === 'config')).toHaveLength(1);
  const copy = commands.find(({ database }) => database === 'shop')?.command.pipeline;
  const { newRoot } = copy.find((stage: Document) => stage.$replaceRoot).$replaceRoot;
  expect(newRoot.documentKey).toEqual({ country: '$country', _id: '$_id' });
});

test('a shard key that may not be looked up is left out, with a warning', async () => {
  const deployment = shop(3, {
    answer(command, database) {
      if (command.hello) return { ok: 1, msg: 'isdbgrid' };
      if (database !== 'config') return undefined;
      throw new MongoServerError({ code: 13, message: 'not authorized on config', ok: 0 });
    },
  });
  const { batches, log } = await live(newWorld(), deployment, { properties: ONE_THREAD, until: isStreaming });
  expect(keysOf(batches)).toEqual([1, 2, 3]);
  expect(log.lines.filter(({ level }) => level === 'warn')).toMatchObject([{ fields: { namespace: 'shop.orders' } }]);
});

test('a view is read in one go, without conditions on its _id', async () => {
  const deployment = shop(10, { views: ['shop.orders'] });
  const { batches } = await live(newWorld(), deployment, { properties: ONE_THREAD, until: isStreaming });
  expect(keysOf(batches)).toHaveLength(10);
  const copies = deployment.commands.filter(({ command }) => nameOf(command) === 'copy');
  expect(copies.map(({ command }) => Object.keys(command.pipeline[0]))).toEqual([['$replaceRoot']]);
  expect(deployment.commands.some(({ command }) => command.find)).toBe(false);
});

test('where the server has no token yet, a killed copy goes on from the time of its opening', async () => {
  const world = newWorld();
  const withoutToken = (command: Document) =>
    command.pipeline?.[0]?.$changeStream || command.maxTimeMS
      ? rawReply({ batch: 'firstBatch', documents: [], id: 1n })
      : undefined;
  const stopEarly = (batch: SourceBatch) => batch.records.length > 0;
  await live(world, shop(6, { answer: withoutToken }), { properties: ONE_THREAD, until: stopEarly });
  const deployment = shop(6);
  await live(world, deployment, { until: isStreaming });
  const first = deployment.commands.find(({ command }) => nameOf(command) === 'stream');
  expect(first?.command.pipeline[0].$changeStream.startAtOperationTime).toMatchObject({ t: 7 });
});
