import { expect, test } from 'vitest';
import type { Failure } from '../../../functions/aws/dead-letter.ts';
import type { ConsumedRecord } from '../../../functions/connect/records.ts';
import { withContextHeaders, withoutContextHeaders } from '../../../functions/sink/context-headers.ts';

const OF = { connector: 'orders-sink', keyConverter: 'String', valueConverter: 'JsonConverter' };
const FAILURE: Failure = {
  code: 'WRITE_REJECTED',
  message: 'v=1, code=121, message=Document failed validation, details={}',
  stage: 'TASK_PUT',
  class: 'com.mongodb.kafka.connect.sink.dlq.WriteException',
};
const record: ConsumedRecord = {
  topic: 'orders',
  partition: 3,
  offset: 1042,
  timestamp: 7,
  timestampType: 'CREATE_TIME',
  key: Buffer.from('k'),
  value: null,
  headers: [
    ['trace', Buffer.of(0xff)],
    ['trace', null],
  ],
};
const textsOf = ({ headers }: ConsumedRecord) =>
  headers.map(([name, value]) => [name, value === null ? null : Buffer.from(value).toString('utf8')]);

test('adds the ten headers of Kafka Connect behind those of the record', () => {
  const added = withContextHeaders(record, FAILURE, OF);
  expect(added.headers.slice(0, 2)).toEqual(record.headers);
  expect(textsOf(added).slice(2)).toEqual([
    ['__connect.errors.topic', 'orders'],
    ['__connect.errors.partition', '3'],
    ['__connect.errors.offset', '1042'],
    ['__connect.errors.connector.name', 'orders-sink'],
    ['__connect.errors.task.id', '0'],
    ['__connect.errors.stage', 'TASK_PUT'],
    ['__connect.errors.class.name', 'org.apache.kafka.connect.sink.SinkTask'],
    ['__connect.errors.exception.class.name', FAILURE.class],
    ['__connect.errors.exception.message', FAILURE.message],
    ['__connect.errors.exception.stacktrace', `${FAILURE.class}: ${FAILURE.message}`],
  ]);
});

test.each([
  ['KEY_CONVERTER', 'org.apache.kafka.connect.storage.StringConverter'],
  ['VALUE_CONVERTER', 'org.apache.kafka.connect.json.JsonConverter'],
] as const)('names the converter by its whole class where %s failed', (stage, className) => {
  const headers = textsOf(withContextHeaders(record, { ...FAILURE, stage }, OF));
  expect(headers).toContainEqual(['__connect.errors.stage', stage]);
  expect(headers).toContainEqual(['__connect.errors.class.name', className]);
});

test('a replayed record is as it was on its topic, however often it was rejected', () => {
  const once = withContextHeaders(record, FAILURE, OF);
  expect(withoutContextHeaders(once)).toEqual(record);
  expect(withoutContextHeaders(withContextHeaders(withoutContextHeaders(once), FAILURE, OF))).toEqual(record);
});

test('headers of another connector’s dead letter topic are the record’s own', () => {
  const ofTopic = withContextHeaders({ ...record, topic: 'payments' }, FAILURE, OF);
  const consumed = { ...ofTopic, topic: 'payments-dlq', offset: 0 };
  expect(withoutContextHeaders(consumed)).toEqual(consumed);
  expect(withoutContextHeaders(withContextHeaders(consumed, FAILURE, OF))).toEqual(consumed);
});

test('a record with fewer headers stays as it is', () => {
  expect(withoutContextHeaders(record)).toEqual(record);
  expect(withoutContextHeaders({ ...record, headers: [] })).toEqual({ ...record, headers: [] });
});
