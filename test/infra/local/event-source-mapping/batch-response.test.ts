import { expect, test } from 'vitest';
import { readInvocation, type Verdict } from '../../../../infra/local/event-source-mapping/batch-response.ts';
import type { InvocationResult } from '../../../../infra/local/invocation.ts';
import { at, positions } from './mapping-records.ts';

const records = [at(0, 1), at(0, 2), at(3, 9)];
const mapping = { topic: 'orders', reportBatchItemFailures: true };

const answered = (response: unknown): InvocationResult => ({ status: 'succeeded', payload: JSON.stringify(response) });
const failures = (...itemIdentifiers: unknown[]) =>
  answered({ batchItemFailures: itemIdentifiers.map((itemIdentifier) => ({ itemIdentifier })) });
const shown = (verdict: Verdict): unknown =>
  verdict.kind === 'partial' ? positions([...verdict.failed]) : verdict.kind;

test.each<[string, InvocationResult, unknown]>([
  ['null', answered(null), 'succeeded'],
  ['an empty text', answered(''), 'succeeded'],
  ['an empty object', answered({}), 'succeeded'],
  ['no failures', failures(), 'succeeded'],
  ['null for failures', answered({ batchItemFailures: null }), 'succeeded'],
  ['a failed record', failures({ partition: 'orders-0', offset: 2 }), ['0@2']],
  [
    'failed records of two partitions',
    failures({ partition: 'orders-3', offset: 9 }, { partition: 'orders-0', offset: 1 }),
    ['3@9', '0@1'],
  ],
  // all of these are what Lambda calls a bad identifier, for which the whole batch comes again
  ['an unknown offset', failures({ partition: 'orders-0', offset: 9 }), 'failed'],
  ['an unknown partition', failures({ partition: 'orders-1', offset: 1 }), 'failed'],
  ['a good identifier and a bad one', failures({ partition: 'orders-0', offset: 1 }, {}), 'failed'],
  ['the number of a partition', failures({ partition: 0, offset: 1 }), 'failed'],
  ['an offset as text', failures({ partition: 'orders-0', offset: '1' }), 'failed'],
  ['an older name of the member', failures({ 'topic-partition': 'orders-0', offset: 1 }), 'failed'],
  ['an identifier as text, as SQS has it', failures('orders-0-1'), 'failed'],
  ['a failure without identifier', answered({ batchItemFailures: [{}] }), 'failed'],
  ['failures that are no list', answered({ batchItemFailures: {} }), 'failed'],
  ['a list', answered([]), 'failed'],
  ['a number', answered(1), 'failed'],
  ['an error', { status: 'failed', error: { errorType: 'Error', errorMessage: 'no' } }, 'failed'],
  ['a busy function', { status: 'throttled' }, 'throttled'],
])('reads %s', (_, result, expected) => {
  expect(shown(readInvocation(result, records, mapping))).toEqual(expected);
});

test('ignores the response where the mapping does not ask for it', () => {
  const result = failures({ partition: 'orders-0', offset: 1 });
  expect(readInvocation(result, records, { ...mapping, reportBatchItemFailures: false })).toEqual({
    kind: 'succeeded',
  });
});

test('says of an identifier that is not of the batch which one it is', () => {
  expect(readInvocation(failures({ partition: 'orders-0', offset: 99 }), records, mapping)).toEqual({
    kind: 'failed',
    reason: 'Expected an itemIdentifier of the batch, got orders-0@99',
  });
});
