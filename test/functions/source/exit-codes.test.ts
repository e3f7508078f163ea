import { expect, test } from 'vitest';
import { ConfigError, DataError, RetriableError, StoppedError } from '../../../functions/connect/errors.ts';
import { reportFailure } from '../../../functions/source/exit-codes.ts';
import { notingLog } from '../../support/silent-log.ts';

test.each([
  ['a wrong property needs a person', new ConfigError([{ property: 'a', message: 'b' }]), 2],
  ['a record that can never be stored needs a person', new DataError('RECORD_TOO_LARGE', 'x'), 2],
  ['a lost position needs a person', new StoppedError('POSITION_LOST', 'x'), 2],
  // starting again would only fight with the task that took over
  ['a lost lease is another task at work', new StoppedError('LEASE_LOST', 'x'), 3],
  ['a fenced producer is another task at work', new StoppedError('PRODUCER_FENCED', 'x'), 3],
  ['an outage heals by a new start', new RetriableError('KAFKA_DELIVERY_TIMEOUT', 'x'), 1],
  ['a defect of ours may heal by a new start', new TypeError('x'), 1],
])('%s', (_, error, exitCode) => {
  expect(reportFailure(error, notingLog())).toBe(exitCode);
});

test('names the file and the property of each problem in a line of its own', () => {
  const log = notingLog();
  const problems = [
    { property: 'batch.size', message: 'Not a number' },
    { property: '', message: 'Not valid JSON' },
  ];
  reportFailure(new ConfigError(problems), log, 'orders.json');
  expect(log.lines.map(({ message }) => message)).toEqual([
    'orders.json: batch.size: Not a number',
    'orders.json: Not valid JSON',
  ]);
});

test('shows no stack trace for what a person caused', () => {
  const log = notingLog();
  reportFailure(new RetriableError('KAFKA_UNREACHABLE', 'No broker', { cause: new Error('ECONNREFUSED') }), log);
  expect(JSON.stringify(log.lines)).not.toContain('at ');
});
