import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalKafka, startKafka } from '../../../infra/local/kafka.ts';
import { openRun, type Run } from '../../../infra/local/processes.ts';
import { until } from '../../support/until.ts';
import { openMappedTopic } from './mapped-topic.ts';

let folder: string;
let run: Run;
let kafka: LocalKafka;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tailrace-broker-'));
  run = await openRun(folder);
  kafka = await startKafka(run, { report: () => undefined });
});
afterAll(async () => {
  await run[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

test('goes on by itself after its broker was killed and started again', async () => {
  const [broker] = kafka.brokers;
  await using mapped = await openMappedTopic(kafka.bootstrapServers);
  await using mapping = mapped.start();
  await mapped.send(['before']);
  await until('the first record is committed', async () => (await mapped.committed()) === 1);

  broker!.process().child.kill('SIGKILL');
  await broker!.process().exited;
  await until('the mapping tells', () => mapping.stats().state === 'connecting', 60_000);
  broker!.start();
  await until('it reads again', () => mapping.stats().state === 'reading', 60_000);
  await until(
    'the broker takes a record',
    () =>
      mapped.send(['after']).then(
        () => true,
        () => false,
      ),
    60_000,
  );
  await until('it is committed', async () => (await mapped.committed()) >= 2, 60_000);

  await until('the lag is none', () => mapping.stats().lag === 0);
  // the commit of the first may have been lost with the broker, and records may then come twice
  expect([...new Set(mapped.deliveries().flat())]).toEqual(['before', 'after']);
});
