import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createMetrics } from '../../../functions/aws/metrics.ts';
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

test.each([
  ['functions/source/run-source.ts', "service: 'tailrace-source'", 'connector: settings.TAILRACE_CONNECTOR'],
  ['functions/sink/handler.ts', "service: 'tailrace-sink'", 'connector'],
])('%s emits its metrics under the connector that it runs', (file, ...dimensions) => {
  const [, call = ''] = /createMetrics\(\{([^}]*)\}\)/.exec(readFileSync(file, 'utf8')) ?? [];
  for (const dimension of dimensions) expect(call).toContain(dimension);
});
