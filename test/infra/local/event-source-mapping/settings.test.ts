import { expect, test } from 'vitest';
import { type MappingOptions, parseMappingSettings } from '../../../../infra/local/event-source-mapping/settings.ts';

const NOW = 1_700_000_000_000;
const mapping = { topic: 'orders', consumerGroupId: 'connect-orders' };
const provisioned = { provisioned: { minimumPollers: 1, maximumPollers: 2 } };

test("has AWS's defaults", () => {
  expect(parseMappingSettings(mapping, NOW)).toMatchObject({
    batchSize: 100,
    retryAttempts: -1,
    maximumRecordAgeSeconds: -1,
    bisectBatchOnError: false,
    reportBatchItemFailures: false,
  });
});

test.each([
  ['a partial batch response', { reportBatchItemFailures: true }, 'reportBatchItemFailures'],
  ['bisecting', { bisectBatchOnError: true }, 'bisectBatchOnError'],
  ['a limit of retries', { retryAttempts: 3 }, 'retryAttempts'],
  ['a maximum age', { maximumRecordAgeSeconds: 60 }, 'maximumRecordAgeSeconds'],
])('refuses %s without provisioned pollers and takes it with them', (_, options, property) => {
  expect(() => parseMappingSettings({ ...mapping, ...options }, NOW)).toThrow(`${property}: Needs provisioned pollers`);
  expect(parseMappingSettings({ ...mapping, ...provisioned, ...options }, NOW)).toMatchObject(options);
});

test.each<[string, object, string]>([
  ['a filter', { filters: [{ pattern: '{}' }] }, 'filters: A filter exists in AWS only'],
  ['a failure destination', { onFailure: 'arn:aws:sqs:…' }, 'onFailure: A failure destination exists in AWS only'],
  ['a schema registry', { schemaRegistry: {} }, 'schemaRegistry: A schema registry exists in AWS only'],
  ['a batch of none', { batchSize: 0 }, 'batchSize: '],
  ['a batch of more than 10,000', { batchSize: 10_001 }, 'batchSize: '],
  ['half a second as window, which AWS takes no number for', { maximumBatchingWindowSeconds: 0.5 }, 'maximumBatchingW'],
  ['an age between never and a minute', { ...provisioned, maximumRecordAgeSeconds: 59 }, 'Expected -1 or 60 to 604800'],
  ['more retries than AWS has', { ...provisioned, retryAttempts: 10_001 }, 'retryAttempts: '],
  ['a misspelt setting', { batchsize: 5 }, 'batchsize'],
  ['a start at no timestamp', { startingPosition: 'AT_TIMESTAMP' }, 'startingPositionTimestamp: Required'],
  ['a timestamp for another start', { startingPositionTimestamp: 1 }, 'startingPositionTimestamp: Not allowed'],
  [
    'a start in the future',
    { startingPosition: 'AT_TIMESTAMP', startingPositionTimestamp: NOW / 1000 + 1 },
    'not in the future',
  ],
])('refuses %s', (_, options, message) => {
  expect(() => parseMappingSettings({ ...mapping, ...options } as MappingOptions, NOW)).toThrow(message);
});

test('names all problems at once', () => {
  expect(() => parseMappingSettings({ ...mapping, retryAttempts: 1, bisectBatchOnError: true }, NOW)).toThrow(
    /bisectBatchOnError: .*\nretryAttempts: /,
  );
});
