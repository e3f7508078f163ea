import { Timestamp } from 'mongodb';
import { expect, test } from 'vitest';
import {
  type CopyPlan,
  decideCopy,
  headersOf,
  newPlan,
  planOf,
  toPlanItem,
} from '../../../../../../functions/connectors/mongodb/source/copy/copy-plan.ts';

const partition = '{"ns":"mongodb://localhost/shop"}';
const begun: CopyPlan = newPlan('startup', partition, 0);
const token = { _id: '{"_data": "82"}' };

test.each([
  ['the first start', 'copy_existing', undefined, undefined, 'begin'],
  ['another mode copies nothing', 'latest', undefined, undefined, 'none'],
  // the peer can't go on within a copy either
  ['the peer was killed within its copy', 'copy_existing', { ...token, copy: 'true' }, undefined, 'begin'],
  [
    'the peer was killed within its copy, and the mode was changed',
    'latest',
    { ...token, copy: 'true' },
    undefined,
    'none',
  ],
  ['the peer has finished its copy', 'copy_existing', token, undefined, 'none'],
  ['killed before the position was stored', 'copy_existing', undefined, begun, 'begin'],
  ['killed within the copy', 'copy_existing', token, begun, 'continue'],
  ['the copy is done', 'copy_existing', token, { ...begun, done: true }, 'none'],
  ['the position was deleted to copy once more', 'copy_existing', undefined, { ...begun, done: true }, 'begin'],
  [
    'an unfinished copy of another partition',
    'copy_existing',
    token,
    { ...begun, partition: '{"ns":"other"}' },
    'none',
  ],
  ['the mode was changed within the copy', 'timestamp', token, begun, 'waits'],
  ['a copy that heals goes on in every mode', 'latest', token, { ...begun, reason: 'position-lost' }, 'continue'],
  [
    'no token yet, but the time of the opening',
    'copy_existing',
    {},
    { ...begun, startTime: new Timestamp({ t: 1, i: 0 }) },
    'continue',
  ],
] as const)('%s', (_, mode, offset, plan, kind) => {
  expect(decideCopy({ mode, offset, plan, partition }).kind).toBe(kind);
});

test('a plan is read back as it was stored', () => {
  const plan = { ...begun, startTime: new Timestamp({ t: 4_000_000_000, i: 3_000_000_000 }), documents: 7 };
  expect(planOf([toPlanItem(begun)])).toEqual(begun);
  expect(planOf([toPlanItem(plan)])).toEqual(plan);
  expect(planOf([])).toBeUndefined();
});

test('only records of a copy that heals have a header', () => {
  expect(headersOf({ reason: 'startup' })).toBeUndefined();
  expect(headersOf({ reason: 'position-lost' })).toEqual([['tailrace.copy', Buffer.from('position-lost')]]);
});
