import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CompressionTypes } from 'kafkajs';
import { expect, inject, test } from 'vitest';
import { until } from '../../support/until.ts';
import { openMappedTopic, provisioned } from './mapped-topic.ts';

const { kafkaBootstrapServers } = inject('services');
const named = (count: number, prefix = 'r'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

test('delivers every record once and in order, in batches of the size asked for', async () => {
  await using mapped = await openMappedTopic(kafkaBootstrapServers);
  await mapped.send(named(250));
  await using mapping = mapped.start({ batchSize: 100 });
  await until('all is committed', async () => (await mapped.committed()) === 250);
  expect(mapped.deliveries().flat()).toEqual(named(250));
  expect(Math.max(...mapped.deliveries().map(({ length }) => length))).toBe(100);
  expect(mapping.stats()).toMatchObject({ state: 'reading', lag: 0, records: 250, failures: 0 });
});

test('waits for a topic that does not exist yet, and does not make it', async () => {
  await using mapped = await openMappedTopic(kafkaBootstrapServers);
  const later = `${mapped.topic}-later`;
  await using mapping = mapped.start({ topic: later });
  await until('the mapping tells', () => mapping.stats().detail === `Topic ${later} does not exist yet`);
  expect(await mapped.admin.listTopics()).not.toContain(later);
  await mapped.admin.createTopics({ topics: [{ topic: later, numPartitions: 1 }] });
  await until('the mapping reads', () => mapping.stats().state === 'reading');
});

test('goes on where the group was, whatever the starting position', async () => {
  await using mapped = await openMappedTopic(kafkaBootstrapServers);
  await mapped.send(['a', 'b']);
  {
    await using _mapping = mapped.start();
    await until('both are committed', async () => (await mapped.committed()) === 2);
  }
  await mapped.send(['c']);
  await using _mapping = mapped.start({ startingPosition: 'LATEST' });
  await until('the third is committed', async () => (await mapped.committed()) === 3);
  expect(mapped.deliveries().flat()).toEqual(['a', 'b', 'c']);
});

test('starts at the end with LATEST, and stays there over a restart without a record', async () => {
  await using mapped = await openMappedTopic(kafkaBootstrapServers);
  await mapped.send(['old']);
  {
    await using _mapping = mapped.start({ startingPosition: 'LATEST' });
    await until('the start is committed', async () => (await mapped.committed()) === 1);
  }
  await mapped.send(['while it was away']);
  await using _mapping = mapped.start({ startingPosition: 'LATEST' });
  await until('the record is committed', async () => (await mapped.committed()) === 2);
  expect(mapped.deliveries().flat()).toEqual(['while it was away']);
});

test('starts at a time with AT_TIMESTAMP', async () => {
  await using mapped = await openMappedTopic(kafkaBootstrapServers);
  await mapped.send(['before']);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const startingPositionTimestamp = Date.now() / 1000;
  await mapped.send(['after']);
  await using _mapping = mapped.start({ startingPosition: 'AT_TIMESTAMP', startingPositionTimestamp });
  await until('the record is committed', async () => (await mapped.committed()) === 2);
  expect(mapped.deliveries().flat()).toEqual(['after']);
});

test('retries the whole batch for ever where the mapping has no partial response, and commits nothing of it', async () => {
  await using mapped = await openMappedTopic(kafkaBootstrapServers);
  mapped.behave({ throwOn: ['r2'] });
  await mapped.send(named(4));
  await using mapping = mapped.start({ retryBackoffMs: { first: 20, most: 100 } });
  await until('it failed several times', () => mapping.stats().failures > 5);
  expect(mapping.stats()).toMatchObject({ state: 'retrying', detail: 'Error: poison', lag: 4 });
  expect(await mapped.committed()).toBe(0);
  mapped.behave({});
  await until('all is committed', async () => (await mapped.committed()) === 4);
  expect(new Set(mapped.deliveries().map((batch) => batch.join()))).toEqual(new Set([named(4).join()]));
});

test.each([
  // the records behind the failed one come again, although they were written
  [
    'replay-rest',
    [
      ['r0', 'r1', 'r2', 'r3'],
      ['r2', 'r3'],
      ['r2', 'r3'],
    ],
  ],
  ['only-failed', [['r0', 'r1', 'r2', 'r3'], ['r2'], ['r2']]],
] as const)('holds a reported record and commits what is before it (%s)', async (afterFailure, expected) => {
  await using mapped = await openMappedTopic(kafkaBootstrapServers);
  mapped.behave({ report: ['r2'] });
  await mapped.send(named(4));
  await using mapping = mapped.start({ ...provisioned, afterFailure });
  await until('it failed twice', () => mapping.stats().failures >= 2);
  expect(await mapped.committed()).toBe(2);
  mapped.behave({});
  await until('all is committed', async () => (await mapped.committed()) === 4);
  const deliveries = mapped.deliveries();
  expect(deliveries.slice(0, 3)).toEqual(expected);
  expect(new Set(deliveries.slice(1).map((batch) => batch.join()))).toEqual(new Set([expected[1].join()]));
});

test('retries the whole batch after a response that names no record of it', async () => {
  await using mapped = await openMappedTopic(kafkaBootstrapServers);
  mapped.behave({ malformedOn: ['r1'] });
  await mapped.send(named(3));
  await using mapping = mapped.start(provisioned);
  await until('it failed twice', () => mapping.stats().failures >= 2);
  expect(await mapped.committed()).toBe(0);
  mapped.behave({});
  await until('all is committed', async () => (await mapped.committed()) === 3);
  expect(new Set(mapped.deliveries().map((batch) => batch.join()))).toEqual(new Set([named(3).join()]));
});

test('isolates a record that crashes the function by bisecting, and holds it alone', async () => {
  await using mapped = await openMappedTopic(kafkaBootstrapServers, 2);
  mapped.behave({ exitOn: ['r11'] });
  await mapped.send(named(16), 0);
  await mapped.send(named(4, 'other'), 1);
  await using mapping = mapped.start({ ...provisioned, bisectBatchOnError: true });
  await until('all before it and the other partition are committed', async () => {
    const positions = await Promise.all([mapped.committed(0), mapped.committed(1)]);
    return positions.join() === '11,4';
  });
  await until('it is tried alone', () => mapped.deliveries().at(-1)?.join() === 'r11');
  expect(mapping.stats().state).toBe('retrying');
  expect(await mapped.committed(0)).toBe(11);
  mapped.behave({});
  await until('all is committed', async () => (await mapped.committed(0)) === 16);
  expect(mapping.stats()).toMatchObject({ records: 20, dropped: 0 });
});

test('gives a record up only where it is told to, and says which', async () => {
  await using mapped = await openMappedTopic(kafkaBootstrapServers);
  mapped.behave({ throwOn: ['r1'] });
  await mapped.send(named(3));
  await using mapping = mapped.start({ ...provisioned, bisectBatchOnError: true, retryAttempts: 3 });
  await until('all is committed', async () => (await mapped.committed()) === 3);
  expect(mapping.stats()).toMatchObject({ records: 2, dropped: 1 });
});

test('delivers everything twice where the duplicate rate is 1', async () => {
  await using mapped = await openMappedTopic(kafkaBootstrapServers);
  await mapped.send(named(3));
  await using _mapping = mapped.start({ duplicateRate: 1 });
  await until('all is committed', async () => (await mapped.committed()) === 3);
  expect(mapped.deliveries()).toEqual([named(3), named(3)]);
});

test('mixes partitions in a batch, and keeps the order within each', async () => {
  await using mapped = await openMappedTopic(kafkaBootstrapServers, 3);
  for (const partition of [0, 1, 2]) await mapped.send(named(50, `p${partition}-`), partition);
  await using _mapping = mapped.start({ batchSize: 40, maximumBatchingWindowSeconds: 1, concurrentInvocations: 3 });
  await until('all is committed', async () => {
    const positions = await Promise.all([0, 1, 2].map(mapped.committed));
    return positions.every((position) => position === 50);
  });
  const all = mapped.deliveries().flat();
  for (const partition of [0, 1, 2])
    expect(all.filter((text) => text.startsWith(`p${partition}-`))).toEqual(named(50, `p${partition}-`));
  expect(mapped.deliveries().some((batch) => new Set(batch.map((text) => text.slice(0, 2))).size > 1)).toBe(true);
});

test('reads what a source compressed', async () => {
  await using mapped = await openMappedTopic(kafkaBootstrapServers);
  await mapped.send(['gzip'], 0, CompressionTypes.GZIP);
  await mapped.send(['zstd'], 0, CompressionTypes.ZSTD);
  await using _mapping = mapped.start();
  await until('all is committed', async () => (await mapped.committed()) === 2);
  expect(mapped.deliveries().flat()).toEqual(['gzip', 'zstd']);
});

const MAPPING = pathToFileURL(join(import.meta.dirname, '../../../infra/local/event-source-mapping/start-mapping.ts'));

test.concurrent('delivers again after a kill -9 between delivery and response', async () => {
  await using mapped = await openMappedTopic(kafkaBootstrapServers);
  await mapped.send(named(5));
  const source = `
    const { startMapping } = await import(${JSON.stringify(MAPPING.href)});
    startMapping(
      { topic: ${JSON.stringify(mapped.topic)}, consumerGroupId: ${JSON.stringify(mapped.group)} },
      {
        bootstrapServers: ${JSON.stringify(kafkaBootstrapServers)},
        invoke: (event) => { process.send('delivered'); return new Promise(() => {}); },
        report() {},
      },
    );`;
  const killed = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(killed, 'message');
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  expect(await mapped.committed()).toBe(0);
  await using _mapping = mapped.start();
  await until('all is committed', async () => (await mapped.committed()) === 5, 40_000);
  expect(mapped.deliveries().flat()).toEqual(named(5));
});

test.concurrent('stays a member of the group while the function fails for longer than a session lasts', async () => {
  await using mapped = await openMappedTopic(kafkaBootstrapServers);
  mapped.behave({ throwOn: ['r0'] });
  await mapped.send(named(3));
  await using mapping = mapped.start({ retryBackoffMs: { first: 200, most: 1000 } });
  await until('it fails', () => mapping.stats().failures > 0);
  await new Promise((resolve) => setTimeout(resolve, 13_000));
  expect(mapping.stats().state).toBe('retrying');
  mapped.behave({});
  await until('all is committed', async () => (await mapped.committed()) === 3, 5000);
  // nobody was thrown out meanwhile, which would have delivered a batch to two
  expect(mapping.stats()).toMatchObject({ records: 3 });
  expect(existsSync(join(mapped.folder, 'dropped'))).toBe(false);
});
