import { expect, test } from 'vitest';
import { parseTopicCreation } from '../../../../functions/aws/kafka/topic-creation.ts';

const byDefault = { 'topic.creation.default.partitions': '6', 'topic.creation.default.replication.factor': '3' };

test('without topic.creation.* no topic is created', () => {
  expect(parseTopicCreation({})('orders')).toBeUndefined();
});

test('other properties of the default group are the topic’s configuration', () => {
  const creation = parseTopicCreation({ ...byDefault, 'topic.creation.default.cleanup.policy': 'compact' });
  expect(creation('orders')).toEqual({ partitions: 6, replicationFactor: 3, configs: { 'cleanup.policy': 'compact' } });
});

test.each([
  ['audit.orders', 1, 'the first group that matches'],
  ['audit.tmp.orders', 12, 'an exclusion wins, so the next group takes it'],
  ['x.audit.orders', 6, 'a regex has to match the whole name'],
  ['shop.tmp.orders', 12, 'any of a group’s regexes'],
])('%s gets %d partitions: %s', (topic, partitions) => {
  const creation = parseTopicCreation({
    ...byDefault,
    'topic.creation.groups': 'audit, tmp',
    'topic.creation.audit.include': 'audit\\..*',
    'topic.creation.audit.exclude': '.*\\.tmp\\..*',
    'topic.creation.audit.partitions': '1',
    'topic.creation.tmp.include': 'temporary,.*\\.tmp\\..*',
    'topic.creation.tmp.partitions': '12',
  });
  expect(creation(topic)?.partitions).toBe(partitions);
  expect(creation(topic)?.replicationFactor).toBe(3);
});

test.each([
  [{ 'topic.creation.default.partitions': '6' }, 'topic.creation.default.replication.factor: Expected a number'],
  [{ ...byDefault, 'topic.creation.default.partitions': '0' }, "got '0'"],
  [{ ...byDefault, 'topic.creation.audit.partitions': '1' }, "Expected the group 'audit' in topic.creation.groups"],
  [{ ...byDefault, 'topic.creation.groups': 'a', 'topic.creation.a.include': '(' }, 'topic.creation.a.include'],
  [{ ...byDefault, 'topic.creation.groups': 'a,a' }, 'Expected each group once'],
])('refuses %o', (properties, message) => {
  expect(() => parseTopicCreation(properties)).toThrow(message);
});
