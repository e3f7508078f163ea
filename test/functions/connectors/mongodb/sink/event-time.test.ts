import { expect, test } from 'vitest';
import { DataError } from '../../../../../functions/connect/errors.ts';
import { type Outcome, SKIPPED, WRITTEN } from '../../../../../functions/connect/outcomes.ts';
import type { SinkRecord } from '../../../../../functions/connect/records.ts';
import { jsonToBson } from '../../../../../functions/connectors/mongodb/bson/json-to-bson.ts';
import { changeTimeOf, eventTimes } from '../../../../../functions/connectors/mongodb/sink/event-time.ts';
import { sinkConfig } from '../../../../../functions/connectors/mongodb/sink/properties.ts';
import { topicSettings } from '../../../../../functions/connectors/mongodb/sink/topic-plans.ts';
import { SETTINGS_DEPS } from './settings-deps.ts';

test.each<[string, string, number | undefined]>([
  [
    'the wall time',
    '{"wallTime": {"$date": 1700000000123}, "clusterTime": {"$timestamp": {"t": 5, "i": 1}}}',
    1_700_000_000_123,
  ],
  ['the wall time of SimplifiedJson', '{"wallTime": "2023-11-14T22:13:20.123Z"}', 1_700_000_000_123],
  [
    'the cluster time of a server without wall times',
    '{"clusterTime": {"$timestamp": {"t": 1700000000, "i": 9}}}',
    1_700_000_000_000,
  ],
  ['a cluster time after 2038', '{"clusterTime": {"$timestamp": {"t": 3000000000, "i": 1}}}', 3_000_000_000_000],
  ['Debezium’s, as a long', '{"source": {"ts_ms": 1700000000123}, "ts_ms": 1}', 1_700_000_000_123],
  ['Debezium’s, as a double', '{"source": {"ts_ms": 1.7e12}}', 1_700_000_000_000],
  ['Debezium’s, that is 0 while it reads a snapshot', '{"source": {"ts_ms": 0}}', undefined],
  ['a source that is no document', '{"source": "x"}', undefined],
  ['times that are none', '{"wallTime": "soon", "clusterTime": null, "source": {"ts_ms": true}}', undefined],
  ['an event without any', '{"operationType": "insert"}', undefined],
])('the time of a change is %s', (_, event, expected) => {
  expect(changeTimeOf(jsonToBson(Buffer.from(event)))).toBe(expected);
});

const HANDLER = 'com.mongodb.kafka.connect.sink.cdc.mongodb.ChangeStreamHandler';
const settingsOf = topicSettings(
  sinkConfig.parse({
    name: 's',
    'connector.class': 'MongoSink',
    database: 'shop',
    topics: 'documents,events',
    'topic.override.events.change.data.capture.handler': HANDLER,
  }),
  SETTINGS_DEPS,
);
const record = (topic: string, timestamp: number, value: unknown): SinkRecord => ({
  topic,
  partition: 0,
  offset: 0,
  timestamp,
  timestampType: 'CREATE_TIME',
  headers: [],
  keySchema: null,
  key: null,
  valueSchema: { type: 'string', optional: true },
  value,
});
const at = (ms: number) => `{"wallTime": {"$date": ${ms}}}`;
const REJECTED: Outcome = {
  status: 'rejected',
  error: new DataError('RECORD_INVALID', ''),
  stage: 'TASK_PUT',
  class: 'c',
};

test.each<[string, SinkRecord[], Outcome[], number[]]>([
  [
    'the oldest and the newest',
    [record('events', 20, at(2)), record('events', 10, at(1)), record('events', 30, at(3))],
    [WRITTEN, WRITTEN, WRITTEN],
    [1, 3],
  ],
  ['one that is both', [record('events', 10, at(1))], [WRITTEN], [1]],
  [
    'not what was not written',
    [record('events', 10, at(1)), record('events', 20, at(2)), record('events', 30, at(3))],
    [SKIPPED, WRITTEN, REJECTED],
    [2],
  ],
  // a document that happens to have the field is no change event
  ['the time of the record for a document', [record('documents', 10, at(1))], [WRITTEN], [10]],
  ['the time of the record for an event without one', [record('events', 10, '{}')], [WRITTEN], [10]],
  [
    'the time of the record for a value that is no document',
    [record('events', 10, 'x'), record('events', 20, null)],
    [WRITTEN, WRITTEN],
    [10, 20],
  ],
  ['nothing where the record has no time', [record('documents', -1, '{}')], [WRITTEN], []],
  ['nothing where nothing is written', [record('events', 10, at(1))], [REJECTED], []],
])('of the records of a put: %s', (_, records, outcomes, expected) => {
  expect(eventTimes(records, outcomes, settingsOf)).toEqual(expected);
});
