import { expect, test } from 'vitest';
import { openReplayServer, type ReplayOptions } from '../../../bench/replay-server/open-replay-server.ts';
import { eventOf, watch } from './watching.ts';

const replay = (options: Partial<ReplayOptions> = {}) =>
  openReplayServer({ port: 0, events: 5000, documentBytes: 1024, collections: 1, mix: { insert: 100 }, ...options });

const inserted = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index);

const numberOf = (event: { fullDocument: { n: { $numberLong: string } } }) => Number(event.fullDocument.n.$numberLong);

test('the replay server of the bench serves the real source: every event once, in order', async () => {
  await using server = await replay();
  await using source = await watch({ 'connection.uri': server.uri, database: 'rig', collection: 'c' });
  const records = await source.records(5000);
  expect(records.map((record) => numberOf(eventOf(record)))).toEqual(inserted(5000));
  expect(source.batches.some((batch) => batch.records.length === 1000)).toBe(true);
});

test('the replay server goes on behind a token, and adds events in real time', async () => {
  await using server = await replay({ events: 3000 });
  const properties = { 'connection.uri': server.uri, database: 'rig', collection: 'c' };
  await using first = await watch(properties);
  await first.records(1000);
  const stored = first.batches.find(({ records }) => records.length > 0)?.offset;
  await first.stop();

  await using second = await watch(properties, stored);
  const added = server.addLive(2000, 500);
  const records = await second.records(2500);
  expect(records.slice(0, 2500).map((record) => numberOf(eventOf(record)))).toEqual(inserted(2500, 1000));
  expect(await added).toHaveLength(500);
});
