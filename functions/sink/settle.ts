import type { Outcome, Stage } from '../connect/outcomes.ts';
import { topicPartitionOf } from '../connect/records.ts';

type Position = { readonly topic: string; readonly partition: number; readonly offset: number };

export type SettleRules = {
  toleranceOf(topic: string, stage: Stage): 'none' | 'data' | 'all';
  /** The mapping honours a partial batch response; without it one unsettled record fails the whole invocation. */
  readonly hasPartialResponse: boolean;
  /** A replayed record is never held: it came out of the queue and goes back there. */
  readonly isReplay: boolean;
};

export type Settlement = {
  /** Places of the records that become dead letters. */
  readonly deadLetters: readonly number[];
  /** Places of the records that have to come again: per topic-partition the first unsettled one and all behind it. */
  readonly unsettled: readonly number[];
  readonly isWholeFailure: boolean;
};

/**
 * Decides what a put answers. Dead letters are only for records that this answer settles: one behind an unsettled
 * record of its topic-partition, or in an invocation that fails as a whole, would be sent again with every retry.
 */
export function settle(records: readonly Position[], outcomes: readonly Outcome[], rules: SettleRules): Settlement {
  const isSettled = (place: number): boolean => {
    const outcome = outcomes[place]!;
    if (outcome.status === 'unsettled') return false;
    if (outcome.status !== 'rejected') return true;
    return rules.isReplay || rules.toleranceOf(records[place]!.topic, outcome.stage) !== 'none';
  };
  const unsettled = unsettledTail(records, isSettled);
  const isWholeFailure = unsettled.length > 0 && (rules.isReplay || !rules.hasPartialResponse);
  const again = new Set(unsettled);
  const rejected = [...outcomes.keys()].filter((place) => outcomes[place]!.status === 'rejected');
  return {
    deadLetters: isWholeFailure ? [] : rejected.filter((place) => !again.has(place)),
    unsettled,
    isWholeFailure,
  };
}

function unsettledTail(records: readonly Position[], isSettled: (place: number) => boolean): number[] {
  const stopped = new Set<string>();
  return [...records.keys()].filter((place) => {
    if (!isSettled(place)) stopped.add(topicPartitionOf(records[place]!));
    return stopped.size > 0 && stopped.has(topicPartitionOf(records[place]!));
  });
}
