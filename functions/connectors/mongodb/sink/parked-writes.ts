import type { Outcome } from '../../../connect/outcomes.ts';
import { mustWait, noteWaiting, type Parking, toWaitingPosition, waitsBehind } from '../../../connect/parking.ts';
import type { SinkRecord } from '../../../connect/records.ts';
import type { PutPlan } from './plan-put.ts';
import type { Write } from './writes.ts';

/** Which writes of a put wait behind a dead letter of their key. */
export type ParkedWrites = {
  /** Why a write must not be sent now; nothing: it may. */
  waiting(write: Write): Outcome | undefined;
  /** Parks the key of a write that was rejected; its outcome, with the key. */
  rejected(write: Write, outcome: Outcome): Outcome;
};

export const NO_PARKED_WRITES: ParkedWrites = { waiting: () => undefined, rejected: (_, outcome) => outcome };

/**
 * Asks for the parked keys of a put, after the planning: the answer had that long to come. A record that was rejected
 * by the planning parks its key too, where its topic tolerates it.
 *
 * Writes of one document are sent one after the other, so that none has passed when one before it is rejected. A key is
 * looked at only once something is parked.
 */
export async function parkedWrites(
  records: readonly SinkRecord[],
  plan: PutPlan,
  parking: Parking,
  tolerates: (record: SinkRecord) => boolean,
): Promise<ParkedWrites> {
  const keyOf = (write: Write) => parking.keyOf(write.index, write.id);
  const firstOf = new Map(await parking.find(() => keysOf(plan, keyOf)));
  const park = (key: string | undefined, place: number) => {
    if (key !== undefined) noteWaiting(firstOf, key, toWaitingPosition(records[place]!));
  };
  for (const [place, outcome] of plan.outcomes) {
    if (outcome.status === 'rejected' && tolerates(records[place]!)) park(parking.keyOf(place, undefined), place);
  }
  return {
    waiting(write) {
      if (firstOf.size === 0) return undefined;
      const key = keyOf(write);
      const first = key === undefined ? undefined : firstOf.get(key);
      return first && mustWait(toWaitingPosition(records[write.index]!), first) ? waitsBehind(first) : undefined;
    },
    rejected(write, outcome) {
      const parkingKey = keyOf(write);
      park(parkingKey, write.index);
      return outcome.status === 'rejected' ? { ...outcome, parkingKey } : outcome;
    },
  };
}

function* keysOf({ namespaces }: PutPlan, keyOf: (write: Write) => string | undefined): Generator<string> {
  for (const { batches } of namespaces) {
    for (const { writes } of batches) {
      for (const write of writes) {
        const key = keyOf(write);
        if (key !== undefined) yield key;
      }
    }
  }
}
