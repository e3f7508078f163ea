import { expect, test } from 'vitest';
import { DataError, RetriableError } from '../../../functions/connect/errors.ts';
import { type Outcome, SKIPPED, WRITTEN } from '../../../functions/connect/outcomes.ts';
import { settle } from '../../../functions/sink/settle.ts';

const REJECTED: Outcome = {
  status: 'rejected',
  error: new DataError('WRITE_REJECTED', 'no'),
  stage: 'TASK_PUT',
  class: 'c',
};
const UNSETTLED: Outcome = { status: 'unsettled', error: new RetriableError('MONGODB_TRANSIENT', 'down') };
const at = (partition: number, offset: number) => ({ topic: 'orders', partition, offset });

const FOUR = [at(0, 1), at(0, 2), at(0, 3), at(1, 7)];

test.each([
  ['everything is written', 'all', [WRITTEN, SKIPPED, WRITTEN, WRITTEN], [], []],
  [
    'a rejected record becomes a dead letter, the rest is settled',
    'all',
    [WRITTEN, REJECTED, WRITTEN, WRITTEN],
    [1],
    [],
  ],
  // a later record may hold the same key, so it must not overtake the failed one
  [
    'an unsettled record holds back what is behind it in its topic-partition',
    'all',
    [WRITTEN, UNSETTLED, WRITTEN, WRITTEN],
    [],
    [1, 2],
  ],
  // the record comes again, so its dead letter would too
  ['no dead letter behind an unsettled record', 'all', [UNSETTLED, REJECTED, WRITTEN, WRITTEN], [], [0, 1, 2]],
  ['a dead letter before an unsettled record is settled', 'all', [REJECTED, UNSETTLED, WRITTEN, WRITTEN], [0], [1, 2]],
  ['other topic-partitions go on', 'all', [UNSETTLED, WRITTEN, WRITTEN, REJECTED], [3], [0, 1, 2]],
  [
    'tolerance none holds the topic-partition at the rejected record',
    'none',
    [WRITTEN, REJECTED, WRITTEN, WRITTEN],
    [],
    [1, 2],
  ],
  ['tolerance data settles a rejected record', 'data', [REJECTED, WRITTEN, WRITTEN, WRITTEN], [0], []],
] as const)('%s', (_, tolerance, outcomes, deadLetters, unsettled) => {
  const rules = { toleranceOf: () => tolerance, hasPartialResponse: true, isReplay: false };
  expect(settle(FOUR, outcomes, rules)).toEqual({ deadLetters, unsettled, isWholeFailure: false });
});

test('without a partial batch response one unsettled record fails all, and nothing is dead-lettered', () => {
  const rules = { toleranceOf: () => 'all' as const, hasPartialResponse: false, isReplay: false };
  const settled = settle(FOUR, [REJECTED, WRITTEN, WRITTEN, UNSETTLED], rules);
  expect(settled).toMatchObject({ deadLetters: [], isWholeFailure: true });
});

test('a replayed record that is rejected again becomes a dead letter again, also under none', () => {
  const rules = { toleranceOf: () => 'none' as const, hasPartialResponse: true, isReplay: true };
  expect(settle([at(0, 1)], [REJECTED], rules)).toEqual({ deadLetters: [0], unsettled: [], isWholeFailure: false });
});
