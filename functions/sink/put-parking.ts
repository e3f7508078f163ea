import type { FindParked, ParkedKeys } from '../aws/parked-keys.ts';
import type { OpenSink } from '../connect/connector.ts';
import type { Outcome } from '../connect/outcomes.ts';
import {
  documentKey,
  noteWaiting,
  type Parking,
  parkingKey,
  toWaitingPosition,
  type WaitingPosition,
} from '../connect/parking.ts';
import type { ConsumedRecord } from '../connect/records.ts';

/** What one put knows of parked keys; places are those of its records. */
export type PutParking = Parking & {
  /** Whether the keys of this record's topic are parked. */
  isOnFor(place: number): boolean;
  /** Notes that a record of this put was rejected, for what comes later in it. */
  note(key: string | undefined, place: number): void;
  /** What the table said is parked; nothing where nobody had to ask. */
  readonly stored: ReadonlyMap<string, WaitingPosition>;
  /** The same for a part of the put, whose places are its own. */
  of(places: readonly number[]): Parking;
};

/** Asks for the parked keys of a put while it is decoded and planned. */
export function openPutParking(
  records: readonly ConsumedRecord[],
  sink: Pick<OpenSink, 'parkingScopeOf'>,
  parkedKeys: Pick<ParkedKeys, 'look'>,
  signal: AbortSignal,
): PutParking {
  const scopes = new Map(
    [...new Set(records.map(({ topic }) => topic))].map((topic) => [topic, sink.parkingScopeOf(topic)]),
  );
  const isOn = [...scopes.values()].some((scope) => scope !== undefined);
  const ask: FindParked = isOn ? parkedKeys.look(signal) : async () => new Map();
  const stored = new Map<string, WaitingPosition>();
  const rejected = new Map<string, WaitingPosition>();

  function keyOf(place: number, documentId: string | undefined): string | undefined {
    const { key, topic } = records[place]!;
    const scope = scopes.get(topic);
    if (scope === undefined) return undefined;
    if (key !== null) return parkingKey(scope, key);
    return documentId === undefined ? undefined : documentKey(scope, documentId);
  }

  async function find(keys: () => Iterable<string>): Promise<ReadonlyMap<string, WaitingPosition>> {
    for (const [key, first] of await ask(keys)) stored.set(key, first);
    const all = new Map(stored);
    for (const [key, position] of rejected) noteWaiting(all, key, position);
    return all;
  }

  return {
    stored,
    isOnFor: (place) => scopes.get(records[place]!.topic) !== undefined,
    keyOf,
    find,
    note(key, place) {
      if (key !== undefined) noteWaiting(rejected, key, toWaitingPosition(records[place]!));
    },
    of: (places) => ({ find, keyOf: (index, documentId) => keyOf(places[index]!, documentId) }),
  };
}

/** What later records of a rejected one are recognised by; nothing where it can't be told, or keys are not parked. */
export function parkedBy(outcome: Outcome, place: number, parking: PutParking): string | undefined {
  const own = outcome.status === 'rejected' ? outcome.parkingKey : undefined;
  return own ?? parking.keyOf(place, undefined);
}
