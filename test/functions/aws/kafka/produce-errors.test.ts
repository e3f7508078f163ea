import { expect, test } from 'vitest';
import { classifyProduceError, nameOfCode, toConnectError } from '../../../../functions/aws/kafka/produce-errors.ts';

const again = { action: 'retry', refresh: true };

test.each([
  [0, false, { action: 'stored' }],
  // the broker has this very sequence: our earlier try, whose answer was lost
  [46, true, { action: 'stored' }],
  // a sequence that was never sent can't be ours
  [46, false, { action: 'restart' }],
  [45, false, { action: 'restart' }],
  [45, true, { action: 'restart' }],
  [59, false, { action: 'restart' }],
  [47, false, { action: 'fenced' }],
  [90, true, { action: 'fenced' }],
  [10, false, { action: 'split', because: 'size' }],
  [18, false, { action: 'split', because: 'size' }],
  // a tombstone without a key on a compacted topic, say
  [87, false, { action: 'split', because: 'content' }],
  [6, false, again],
  [5, false, again],
  // its metadata may not have reached the broker yet; a topic that is gone ends in the delivery timeout
  [3, false, again],
  [7, true, again],
  [19, false, again],
  [20, false, again],
  [56, false, again],
  [2, false, { action: 'retry', refresh: false }],
  [89, false, { action: 'retry', refresh: false }],
  [29, false, { action: 'refused' }],
  [17, false, { action: 'refused' }],
  // unknown ones are retried: to stop a task for what would have passed is dearer than two minutes
  [-1, false, again],
  [999, false, again],
])('code %d (retry: %s) means %o', (code, isRetry, verdict) => {
  expect(classifyProduceError(code, isRetry)).toEqual(verdict);
});

test('names a code as Kafka does, and an unknown one by its number', () => {
  expect([46, 6, 14, 999].map(nameOfCode)).toEqual([
    'DUPLICATE_SEQUENCE_NUMBER',
    'NOT_LEADER_OR_FOLLOWER',
    'COORDINATOR_LOAD_IN_PROGRESS',
    'error 999',
  ]);
});

test('a wrong password needs the operator, a dead broker needs time', () => {
  const login = Object.assign(new Error('Authentication failed'), { name: 'KafkaJSSASLAuthenticationError' });
  expect(toConnectError(login, 'b:9092')).toMatchObject({ name: 'ConfigError', code: 'KAFKA_REFUSED' });
  expect(toConnectError(new Error('ECONNREFUSED'), 'b:9092')).toMatchObject({
    name: 'RetriableError',
    code: 'KAFKA_UNREACHABLE',
  });
});
