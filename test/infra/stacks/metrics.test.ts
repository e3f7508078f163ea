import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { createMetrics } from '../../../functions/aws/metrics.ts';
import { lambdaPut } from '../../../functions/sink/lambda-put.ts';
import { openFakeMongodb } from '../../support/fake-mongodb.ts';
import { noModules } from '../../support/no-modules.ts';
import { memoryObjects } from '../../support/object-store.ts';
import { silentLog } from '../../support/silent-log.ts';
import { emittedBy } from './emitted.ts';

test('a metric goes out under its dimensions, with its unit: counts summed, times as samples, lags as their last value', async () => {
  const [line, ...others] = await emittedBy(async () => {
    const metrics = createMetrics({ service: 'tailrace-source', environment: 'prod', connector: 'orders' });
    for (const value of [2, 3]) {
      metrics.add('sourceRecords', value);
      metrics.add('produceLatency', value);
      metrics.add('sourceLag', value);
    }
    metrics.flush();
    // nothing was added since
    metrics.flush();
  });
  expect(others).toEqual([]);
  expect(line).toMatchObject({
    service: 'tailrace-source',
    environment: 'prod',
    connector: 'orders',
    sourceRecords: 5,
    produceLatency: [2, 3],
    sourceLag: 3,
  });
  const [{ Dimensions, Metrics, Namespace } = { Dimensions: [], Metrics: [], Namespace: '' }] =
    line?._aws.CloudWatchMetrics ?? [];
  expect(Namespace).toBe('Tailrace');
  expect(Dimensions.map((names) => names.toSorted())).toEqual([['connector', 'environment', 'service']]);
  expect(Metrics).toContainEqual({ Name: 'produceLatency', Unit: 'Milliseconds' });
});

test('a put is one line, with what became of its records and how long it took', async () => {
  await using mongodb = await openFakeMongodb({ kind: 'standalone' });
  mongodb.always('update', ({ body }) => ({
    n: body.updates.length - 1,
    writeErrors: [{ index: 0, code: 121, errmsg: 'no' }],
  }));
  mongodb.next('update', ({ body }) => ({ n: body.updates.length }));
  const config = {
    'connector.class': 'MongoSink',
    'connection.uri': mongodb.uri,
    topics: 'orders',
    database: 'shop',
    'bulk.write.ordered': 'false',
    'topic.override.orders.max.batch.size': '120',
  };
  const metrics = createMetrics({ service: 'tailrace-sink', environment: 'prod', connector: 'orders-sink' });
  const put = lambdaPut({
    connectorFile: JSON.stringify({ name: 'orders-sink', config }),
    hasPartialResponse: true,
    deadLetterQueueUrl: undefined,
    claimCheckBucket: undefined,
    objects: memoryObjects().store,
    env: () => undefined,
    loadModule: noModules,
    log: silentLog,
    metrics,
    now: Date.now,
  });
  const start = Date.now();
  const records = Array.from({ length: 200 }, (_, offset) => ({
    topic: 'orders',
    partition: 0,
    offset,
    timestamp: start - 60_000 + offset,
    value: Buffer.from(`{"_id": ${offset}}`).toString('base64'),
  }));
  const lines = await emittedBy(async () => {
    await put({ eventSource: 'aws:kafka', records: { 'orders-0': records } }, 20_000);
    metrics.flush();
  });
  expect(lines).toHaveLength(1);
  const [{ _aws, ...values } = { _aws: { CloudWatchMetrics: [] } }] = lines;
  const [{ Dimensions, Metrics } = { Dimensions: [], Metrics: [] }] = _aws.CloudWatchMetrics;
  expect(Dimensions.map((names) => names.toSorted())).toEqual([['connector', 'environment', 'service']]);
  expect(values).toMatchObject({
    connector: 'orders-sink',
    sinkRecords: 200,
    sinkWritten: 199,
    sinkSkipped: 0,
    sinkRejected: 1,
    // the record holds its topic-partition
    sinkUnsettled: 80,
    sinkBatchSize: [120, 80],
    sinkWriteLatency: expect.any(Number),
    // of the oldest and the newest that is written
    sinkEndToEndLatency: expect.toSatisfy(([oldest = 0, newest = 0]: number[]) => oldest - newest === 199),
  });
  const units = Object.fromEntries(Metrics.map(({ Name, Unit }) => [Name, Unit]));
  expect(units).toMatchObject({ sinkRecords: 'Count', sinkBatchSize: 'Count', sinkEndToEndLatency: 'Milliseconds' });
});

test('more samples of a metric than CloudWatch takes in one line are cut, and stay one line', async () => {
  const warned = vi.spyOn(console, 'warn');
  const lines = await emittedBy(async () => {
    const metrics = createMetrics({ service: 'tailrace-sink', environment: 'prod', connector: 'orders-sink' });
    for (let sample = 0; sample < 250; sample += 1) metrics.add('sinkBatchSize', sample);
    metrics.add('sinkRecords', 1);
    metrics.flush();
  });
  expect(warned).not.toHaveBeenCalled();
  warned.mockRestore();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    sinkRecords: 1,
    sinkBatchSize: expect.toSatisfy((list: number[]) => list.length > 90),
  });
});

test.each([
  ['functions/source/run-source.ts', "service: 'tailrace-source'", 'connector: settings.TAILRACE_CONNECTOR'],
  ['functions/sink/handler.ts', "service: 'tailrace-sink'", 'connector'],
])('%s emits its metrics under the connector that it runs', (file, ...dimensions) => {
  const [, call = ''] = /createMetrics\(\{([^}]*)\}\)/.exec(readFileSync(file, 'utf8')) ?? [];
  for (const dimension of dimensions) expect(call).toContain(dimension);
});
