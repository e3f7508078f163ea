import { expect, test } from 'vitest';
import { eventBytes, toMappingRecord, toMskEvent } from '../../../../infra/local/event-source-mapping/msk-event.ts';
import { at, origin } from './mapping-records.ts';

const message = {
  key: Buffer.from('{"_id": 1}'),
  value: Buffer.from('ü'),
  timestamp: '1700000000000',
  attributes: 0,
  offset: '1042',
  headers: { twice: [Buffer.from([0, 255]), 'b'], once: Buffer.from('a') },
};

test('makes the event of an MSK event source mapping', () => {
  const record = toMappingRecord('orders', 3, message, 0);
  expect(JSON.parse(toMskEvent(origin, [record]))).toEqual({
    eventSource: 'aws:kafka',
    eventSourceArn: origin.eventSourceArn,
    bootstrapServers: origin.bootstrapServers,
    records: {
      'orders-3': [
        {
          topic: 'orders',
          partition: 3,
          offset: 1042,
          timestamp: 1_700_000_000_000,
          timestampType: 'CREATE_TIME',
          key: Buffer.from('{"_id": 1}').toString('base64'),
          value: Buffer.from('ü').toString('base64'),
          headers: [{ twice: [0, 255] }, { twice: [98] }, { once: [97] }],
        },
      ],
    },
  });
});

test('gives a tombstone no value, and an empty value an empty one', () => {
  const tombstone = JSON.parse(toMappingRecord('orders', 0, { ...message, value: null }, 0).json);
  expect(tombstone).not.toHaveProperty('value');
  const empty = JSON.parse(toMappingRecord('orders', 0, { ...message, value: Buffer.alloc(0) }, 0).json);
  expect(empty.value).toBe('');
});

test('groups by topic-partition and keeps the order inside', () => {
  const event = JSON.parse(toMskEvent(origin, [at(1, 4), at(0, 9), at(1, 5)]));
  const offsets = (name: string) => event.records[name].map(({ offset }: { offset: number }) => offset);
  expect([offsets('orders-0'), offsets('orders-1')]).toEqual([[9], [4, 5]]);
});

test('never takes an event for smaller than it is', () => {
  const records = [at(0, 1), at(11, 2), at(11, 3)];
  const bytes = records.reduce((sum, record) => sum + record.bytes, 0);
  const estimate = eventBytes(origin, 2, bytes, records.length);
  const actual = Buffer.byteLength(toMskEvent(origin, records));
  expect(estimate).toBeGreaterThanOrEqual(actual);
  expect(estimate - actual).toBeLessThan(100);
});
