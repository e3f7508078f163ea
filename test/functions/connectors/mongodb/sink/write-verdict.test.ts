import { MongoInvalidArgumentError, MongoNetworkError, MongoServerError } from 'mongodb';
import { expect, test } from 'vitest';
import {
  judgeCommandError,
  judgeConcernError,
  judgeWriteError,
} from '../../../../../functions/connectors/mongodb/sink/write-verdict.ts';

test.each([
  ['a validator refuses the document', 121, 'reject'],
  ['the document grew too large', 17419, 'reject'],
  ['an update does not fit the document', 28, 'reject'],
  ['_id would change', 66, 'reject'],
  // another write of the same put may hold the value still
  ['a unique value is taken', 11000, 'later'],
  ['two writes met', 112, 'again'],
  ['the server shuts down', 11600, 'again'],
  ['the primary stepped down', 10107, 'again'],
  ['it took too long', 50, 'again'],
  ['a service throttles', 16500, 'again'],
  ['another login is wanted', 391, 'again'],
  ['the cursor of a migration is gone', 13388, 'again'],
  ['a field of an index is an array twice', 171, 'reject'],
  ['a unique value is taken, says an old server', 11001, 'later'],
  ['two changes are about the same field', 40, 'reject'],
] as const)('a write error: %s (%i) means %s', (_, code, verdict) => {
  expect(judgeWriteError({ index: 0, code, errmsg: '' })).toBe(verdict);
});

test.each([
  // the peer's users find these records in their dead letters
  ['too few members confirmed it in time', 64, 'reject'],
  ['the server shuts down', 91, 'again'],
  ['there are not so many members', 100, 'stop'],
  ['there are no members of that kind', 79, 'stop'],
] as const)('a write concern error: %s (%i) means %s', (_, code, verdict) => {
  expect(judgeConcernError({ code })).toBe(verdict);
});

const server = (code: number, labels: string[] = []) => new MongoServerError({ code, errmsg: '', errorLabels: labels });

test.each([
  ['no network', new MongoNetworkError('closed'), 'again'],
  ['no primary', server(10107), 'again'],
  ['throttled', server(16500), 'again'],
  ['a label says so', server(4242, ['RetryableWriteError']), 'again'],
  ['a label says that it is overloaded', server(4242, ['SystemOverloadedError']), 'again'],
  ['a label weighs more than a code', server(121, ['TransientTransactionError']), 'again'],
  ['a code that nobody knows', server(4242), 'again'],
  ['a wrong password', server(18), 'login'],
  // a person has to grant it; nothing is wrong with the records
  ['no right to write', server(13), 'stop'],
  ['a view is no collection', server(166), 'stop'],
  ['an argument that the driver refuses', new MongoInvalidArgumentError('no'), 'stop'],
  ['one statement is too large', server(10334), 'isolate'],
  ['one statement can not be read', server(9), 'isolate'],
  ['one value is wrong', server(2), 'isolate'],
  ['the configured collection has a wrong name', server(73), 'stop'],
] as const)('a command that fails as a whole: %s means %s', (_, error, verdict) => {
  expect(judgeCommandError(error, false)).toBe(verdict);
});

test('a wrong name of a collection that the record itself gave is the fault of that record', () => {
  expect(judgeCommandError(server(73), true)).toBe('isolate');
});
