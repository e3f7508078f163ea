import { expect, test } from 'vitest';
import { parseProducerSettings } from '../../../../functions/aws/kafka/settings.ts';
import { notingLog, silentLog } from '../../../support/silent-log.ts';

test('reads what it honours', () => {
  const overrides = {
    'compression.type': 'ZSTD',
    'max.request.size': '2000000',
    'linger.ms': '0',
    'batch.size': '16384',
    'delivery.timeout.ms': ' 30000 ',
    'max.block.ms': '1000',
    acks: 'all',
  };
  expect(parseProducerSettings(overrides, silentLog)).toEqual({
    compression: 'zstd',
    batchBytes: 16384,
    maxRequestBytes: 2_000_000,
    lingerMs: 0,
    lingerRecords: 2,
    deliveryTimeoutMs: 30_000,
    maxBlockMs: 1000,
  });
});

test.each([
  ['acks', '1', "producer.override.acks: Expected 'all'"],
  ['acks', '0', "producer.override.acks: Expected 'all'"],
  ['enable.idempotence', 'false', "producer.override.enable.idempotence: Expected 'true'"],
  ['compression.type', 'lz4', 'producer.override.compression.type: Expected one of none, gzip, zstd'],
  ['linger.ms', '-1', 'producer.override.linger.ms: Expected a whole number'],
])('refuses %s=%s', (name, value, message) => {
  expect(() => parseProducerSettings({ [name]: value }, silentLog)).toThrow(message);
});

test('reports all problems at once', () => {
  expect(() => parseProducerSettings({ acks: '1', 'linger.ms': 'x' }, silentLog)).toThrow(/acks.*\n.*linger/);
});

test('Kafka Connect’s own default of no delivery timeout is taken as it stands', () => {
  expect(parseProducerSettings({ 'delivery.timeout.ms': '9223372036854775807' }, silentLog).deliveryTimeoutMs).toBe(
    Number.MAX_SAFE_INTEGER,
  );
});

test('warns by name of what only tunes the Java producer', () => {
  const log = notingLog();
  parseProducerSettings({ 'buffer.memory': '1', 'max.in.flight.requests.per.connection': '5' }, log);
  expect(log.lines.map(({ level, fields }) => [level, fields.property])).toEqual([
    ['warn', 'producer.override.buffer.memory'],
    ['warn', 'producer.override.max.in.flight.requests.per.connection'],
  ]);
});
