import { expect, test } from 'vitest';
import { sinkConfig } from '../../../../../functions/connectors/mongodb/sink/properties.ts';
import { topicSettings } from '../../../../../functions/connectors/mongodb/sink/topic-plans.ts';
import { sinkConnectorOf } from '../../../../../functions/connectors/sinks.ts';
import { SETTINGS_DEPS } from './settings-deps.ts';

const FIXED = { name: 's', 'connector.class': 'MongoSink', topics: 'orders,orders.eu', database: 'shop' };
const SINK = 'com.mongodb.kafka.connect.sink';
const validate = (properties: Readonly<Record<string, string>>) => sinkConfig.validate({ ...FIXED, ...properties });
const settingsOf = (properties: Readonly<Record<string, string>>) =>
  topicSettings(sinkConfig.parse({ ...FIXED, ...properties }), SETTINGS_DEPS);

test.each(['com.mongodb.kafka.connect.MongoSinkConnector', 'MongoSinkConnector', 'MongoSink'])(
  'the connector is found as %s',
  (name) => {
    expect(sinkConnectorOf(name)?.config).toBe(sinkConfig);
  },
);

test('a source is no sink', () => {
  expect(sinkConnectorOf('com.mongodb.kafka.connect.MongoSourceConnector')).toBeUndefined();
});

test.each([
  ['value.converter', 'io.confluent.connect.avro.AvroConverter'],
  ['timeseries.timefield.auto.convert.date.format', 'yyyy-MM-dd B'],
])('what is not built is refused by name: %s=%s', (property, value) => {
  expect(validate({ [property]: value }).problems).toEqual([
    { property, message: expect.stringContaining('Not built yet: ') },
  ]);
});

test('an override counts for the longest topic that fits, and only with the dot behind it', () => {
  const settings = settingsOf({
    'topic.override.orders.eu.collection': 'europe',
    'topic.override.orders.errors.tolerance': 'all',
    collection: 'all',
  });
  expect(settings('orders.eu')).toMatchObject({
    plan: { fixed: { collection: 'europe' } },
    errors: { tolerance: 'none' },
  });
  expect(settings('orders')).toMatchObject({ plan: { fixed: { collection: 'all' } }, errors: { tolerance: 'all' } });
});

test('mongo.errors.tolerance replaces errors.tolerance where it is there', () => {
  expect(settingsOf({ 'errors.tolerance': 'all' })('orders')?.errors.tolerance).toBe('all');
  expect(settingsOf({ 'errors.tolerance': 'all', 'mongo.errors.tolerance': 'none' })('orders')?.errors.tolerance).toBe(
    'none',
  );
});

test.each<[string, Readonly<Record<string, string>>, string, string]>([
  ['by default', {}, 'none', 'none'],
  ['errors.tolerance counts for both', { 'errors.tolerance': 'all' }, 'all', 'all'],
  [
    'mongo.errors.tolerance is the connector’s own',
    { 'errors.tolerance': 'none', 'mongo.errors.tolerance': 'data' },
    'data',
    'none',
  ],
  ['also where it is the stricter', { 'errors.tolerance': 'all', 'mongo.errors.tolerance': 'none' }, 'none', 'all'],
  [
    'an override of a topic is over both',
    { 'errors.tolerance': 'none', 'topic.override.orders.errors.tolerance': 'all' },
    'all',
    'all',
  ],
  [
    'an override of the connector’s own',
    { 'errors.tolerance': 'all', 'topic.override.orders.mongo.errors.tolerance': 'none' },
    'none',
    'all',
  ],
])('what Kafka Connect converts is tolerated as errors.tolerance says: %s', (_, properties, own, conversions) => {
  const settings = settingsOf(properties)('orders');
  expect([settings?.errors.tolerance, settings?.conversionErrors.tolerance]).toEqual([own, conversions]);
});

test('errors.log.enable goes the same way', () => {
  const settings = settingsOf({ 'errors.log.enable': 'true', 'mongo.errors.log.enable': 'false' })('orders');
  expect([settings?.errors.isLogged, settings?.conversionErrors.isLogged]).toEqual([false, true]);
});

test('an override that is misspelt is refused, any other unknown one is said', () => {
  const { problems, warnings } = validate({
    'topic.override.orders.max.batch.sise': '1',
    'topic.override.orders.com.acme.setting': '1',
  });
  expect(problems).toEqual([
    {
      property: 'topic.override.orders.max.batch.sise',
      message: 'The override has no effect: unknown property; did you mean max.batch.size?',
    },
  ]);
  expect(warnings).toEqual(['topic.override.orders.com.acme.setting: The override has no effect: unknown property']);
});

test('a topic is known if it is listed, or its whole name matches', () => {
  const config = { ...FIXED, topics: '', 'topics.regex': 'orders\\.[a-z]+' };
  const settings = topicSettings(sinkConfig.parse(config), SETTINGS_DEPS);
  expect(['orders.eu', 'orders.eu.x', 'my.orders.eu'].map((topic) => settings(topic) !== undefined)).toEqual([
    true,
    false,
    false,
  ]);
});

test.each([
  ['a wrong value', { 'topic.override.orders.max.batch.size': '-4' }, 'topic.override.orders.max.batch.size'],
  ['no property behind the topic', { 'topic.override.orders': '1' }, 'topic.override.orders'],
  ['a rule between properties', { 'topic.override.orders.delete.on.null.values': 'true' }, 'delete.on.null.values'],
])('an override is refused with %s', (_, properties, property) => {
  expect(validate(properties).problems.map((problem) => problem.property)).toEqual([property]);
});

test('what has no effect is said', () => {
  const { problems, warnings } = validate({
    'topic.override.other.collection': 'c',
    'topic.override.orders.connection.uri': 'mongodb://h',
    'errors.deadletterqueue.topic.name': 'dlq',
    'max.num.retries': '3',
    'change.data.capture.handler': `${SINK}.cdc.mongodb.ChangeStreamHandler`,
    'document.id.strategy': `${SINK}.processor.id.strategy.UuidStrategy`,
  });
  expect(problems).toEqual([]);
  expect(warnings).toHaveLength(5);
});

test.each([
  ['mongodb://h/?w=0', 1],
  ['mongodb://h/?retryWrites=false&w=0&journal=false', 1],
  ['mongodb://h/?w=1', 0],
  ['mongodb://h/?wtimeoutMS=0', 0],
])('writes that nobody acknowledges are said: %s', (uri, count) => {
  expect(validate({ 'connection.uri': uri }).warnings).toHaveLength(count);
});

test('a problem never shows a password', () => {
  const { problems } = validate({ 'connection.uri': 'mongodb://me:s3cret@h:port/' });
  expect(JSON.stringify(problems)).not.toContain('s3cret');
});
