import { expect, test } from 'vitest';
import type { InvocationResult } from '../../../infra/local/invocation.ts';
import { settledMessages } from '../../../infra/local/sqs-event.ts';

const messages = [{ MessageId: 'a' }, { MessageId: 'b' }];
const answered = (response: unknown): InvocationResult => ({ status: 'succeeded', payload: JSON.stringify(response) });
const failures = (...identifiers: unknown[]) =>
  answered({ batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })) });

test.each<[string, InvocationResult, string[]]>([
  ['no answer to speak of', answered(null), ['a', 'b']],
  ['no failures', failures(), ['a', 'b']],
  ['one failure', failures('a'), ['b']],
  ['all failures', failures('a', 'b'), []],
  // Lambda takes a bad identifier for a failure of the whole batch
  ['an unknown message', failures('c'), []],
  ['a failure without identifier', failures(undefined), []],
  ['failures that are no list', answered({ batchItemFailures: 'a' }), []],
  ['an answer that is no object', answered('a'), []],
  ['an error', { status: 'failed', error: { errorType: 'Error', errorMessage: '' } }, []],
  ['a busy function', { status: 'throttled' }, []],
])('deletes after %s', (_, result, expected) => {
  expect(settledMessages(messages, result).map(({ MessageId }) => MessageId)).toEqual(expected);
});
