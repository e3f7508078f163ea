import {
  MongoError,
  MongoNetworkError,
  MongoParseError,
  MongoServerError,
  MongoServerSelectionError,
  type TopologyDescription,
} from 'mongodb';
import { expect, test } from 'vitest';
import {
  classifyMongoError,
  type MongoFailure,
  type MongoPhase,
} from '../../../../../functions/connectors/mongodb/client/classify-error.ts';

const server = (code: number, ...errorLabels: string[]) =>
  new MongoServerError({ code, message: 'resume point may no longer be in the oplog', errorLabels });
const system = (code: string) => Object.assign(new Error(code), { code, syscall: 'querySrv' });

test.each<[string, unknown, MongoPhase, MongoFailure]>([
  ['a cut connection', new MongoNetworkError('read ECONNRESET'), 'reading', 'transient'],
  ['no server', new MongoServerSelectionError('none', {} as TopologyDescription), 'opening', 'transient'],
  ['a name that does not resolve', system('ENOTFOUND'), 'opening', 'transient'],
  ['a primary that stepped down', server(189), 'reading', 'transient'],
  ['a cursor that is gone', server(43), 'reading', 'transient'],
  ['a database that is not there yet, behind mongos', server(26), 'opening', 'transient'],
  ['throttling', server(16500), 'command', 'transient'],
  [
    'a server that says that it is worth another try',
    server(99_999, 'ResumableChangeStreamError'),
    'reading',
    'transient',
  ],
  ['a lost history', server(286), 'opening', 'position-lost'],
  ['a lost history while reading', server(286), 'reading', 'position-lost'],
  ['a token that is not found', server(280), 'opening', 'position-lost'],
  // the label speaks about the command, the code about the position
  ['a lost history with a label of another try', server(286, 'RetryableWriteError'), 'opening', 'position-lost'],
  ['a token that cannot be used', server(260), 'opening', 'position-lost'],
  // while reading, opening again with the stored token tells
  ['an invalid token while reading', server(260), 'reading', 'transient'],
  ['an overrun capped collection while reading', server(136), 'reading', 'transient'],
  ['a lost history outside of a change stream', server(286), 'command', 'unknown'],
  ['a wrong password', server(18), 'opening', 'login'],
  ['a missing privilege', server(13), 'opening', 'refused'],
  ['a server that is no replica set', server(40573), 'opening', 'refused'],
  ['an unknown stage', server(40324), 'opening', 'refused'],
  ['a wrong option of the client', new MongoParseError('x'), 'opening', 'refused'],
  ['a bug of ours', new TypeError('x'), 'reading', 'refused'],
  ['an event that is too large', server(10334), 'reading', 'data'],
  ['a unique index', server(11000), 'command', 'data'],
  ['a validator', server(121), 'command', 'data'],
  ['a code of the future', server(777), 'reading', 'unknown'],
  // words are never read, here they would say "lost"
  ['words alone', new MongoError('resume point may no longer be in the oplog'), 'reading', 'transient'],
])('%s', (_, error, phase, expected) => {
  expect(classifyMongoError(error, phase)).toBe(expected);
});
