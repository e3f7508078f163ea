import type { ParkedKeys } from '../aws/parked-keys.ts';
import { ConnectorError, RetriableError } from '../connect/errors.ts';
import type { Outcome } from '../connect/outcomes.ts';
import { isWaiting, toWaitingPosition, type WaitingPosition, waitingText } from '../connect/parking.ts';
import { type ConsumedRecord, positionOf } from '../connect/records.ts';
import { type PutParking, parkedBy } from './put-parking.ts';

/** What a put has to tell the table before it sends dead letters. */
export type ParkDeps = {
  readonly parking: PutParking;
  readonly parkedKeys: Pick<ParkedKeys, 'join' | 'settle'>;
};

/**
 * Writes into the table what the letters of a put are going to wait behind, before they are sent: a letter whose
 * position no list has would be taken for settled. A position that is listed and whose letter never came is harmless, as
 * its record comes again and finds itself in the list.
 *
 * Returns the outcomes, the same ones where there was nothing to do; a record whose key could not be changed comes again.
 */
export async function parkRejected(
  records: readonly ConsumedRecord[],
  outcomes: Outcome[],
  deadLetters: readonly number[],
  { parkedKeys, parking }: ParkDeps,
): Promise<Outcome[]> {
  // nearly every put
  if (deadLetters.length === 0 && parking.stored.size === 0) return outcomes;
  const result = [...outcomes];
  const unsettle = (places: readonly number[], error: ConnectorError) => {
    for (const place of places) result[place] = { status: 'unsettled', error };
  };

  async function settleFirst(key: string, place: number): Promise<void> {
    const record = records[place]!;
    const answer = await parkedKeys.settle(key, [toWaitingPosition(record)]).catch(asConnectorError);
    if (answer instanceof ConnectorError) unsettle([place], answer);
    if (answer === 'held') unsettle([place], beingReplayed(record));
  }

  async function join(key: string, places: readonly number[]): Promise<void> {
    const positions = places.map((place) => toWaitingPosition(records[place]!));
    const isParking = places.some((place) => !waitsForStored(outcomes[place]!, parking.stored.get(key)));
    const answer = await parkedKeys.join(key, positions, isParking ? 'parks' : 'waits').catch(asConnectorError);
    if (answer instanceof ConnectorError) unsettle(places, answer);
    if (answer === 'gone') unsettle(places, freed(records[places[0]!]!));
    if (answer === 'full') unsettle(places, full(records[places[0]!]!));
  }

  // a key that is free now lets those through that would have waited
  await Promise.all(writtenFirsts(records, outcomes, parking.stored).map(([key, place]) => settleFirst(key, place)));
  const byKey = Map.groupBy(deadLetters, (place) => parkedBy(outcomes[place]!, place, parking));
  await Promise.all([...byKey].map(([key, places]) => key !== undefined && join(key, places)));
  return result;
}

/** It waits for a position that is in the table, not for one that this put rejected. */
const waitsForStored = (outcome: Outcome, first: WaitingPosition | undefined): boolean =>
  first !== undefined &&
  isWaiting(outcome) &&
  outcome.status === 'rejected' &&
  outcome.error.details.behind === waitingText(first);

/** Records that came again, were the first of their parked key, and are written after all. */
function writtenFirsts(
  records: readonly ConsumedRecord[],
  outcomes: readonly Outcome[],
  stored: PutParking['stored'],
): readonly (readonly [key: string, place: number])[] {
  if (stored.size === 0) return [];
  const places = new Map(records.map((record, place) => [positionOf(record), place]));
  return [...stored].flatMap(([key, first]) => {
    const place = places.get(waitingText(first));
    const isDone = place !== undefined && ['written', 'skipped'].includes(outcomes[place]!.status);
    return isDone ? [[key, place] as const] : [];
  });
}

function asConnectorError(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  throw error;
}

const freed = (record: ConsumedRecord): ConnectorError =>
  new RetriableError('KEY_FREED', `What ${positionOf(record)} would have waited behind was just written`);

const beingReplayed = (record: ConsumedRecord): ConnectorError =>
  new RetriableError('KEY_PARKED', `The dead letter of ${positionOf(record)} is just being written`);

const full = (record: ConsumedRecord): ConnectorError =>
  new RetriableError('KEY_FULL', `No room to list ${positionOf(record)}: send the dead letters of its key again`);
