import { type FetchValue, isClaimChecked } from '../aws/claim-check.ts';
import type { OpenSink } from '../connect/connector.ts';
import type { Converters } from '../connect/converters/configure-converters.ts';
import { ConnectorError } from '../connect/errors.ts';
import type { Metrics } from '../connect/metrics.ts';
import type { Outcome } from '../connect/outcomes.ts';
import { type ConsumedRecord, positionOf, type SinkRecord, topicPartitionOf } from '../connect/records.ts';
import { toPortions, withValue } from './claim-checks.ts';
import { convert } from './convert.ts';
import { type PutParking, parkedBy } from './put-parking.ts';

export type WriteDeps = {
  readonly sink: OpenSink;
  readonly converters: Converters;
  /** Reads a value that is kept in the claim check bucket. */
  readonly fetchValue: FetchValue;
  readonly metrics: Metrics;
  /** Absent: no key is parked. */
  readonly parking?: PutParking | undefined;
  /** Milliseconds since 1970. */
  now(): number;
};

/**
 * Writes the records of a put, in as many portions as memory asks for; outcomes by place.
 *
 * A record that has no value or that no converter takes never reaches the connector. Behind a record that has to come
 * again nothing of its topic-partition is written, as far as that is known before.
 *
 * @throws ConnectorError TOPIC_UNKNOWN, before anything is written.
 */
export async function writeRecords(
  records: readonly ConsumedRecord[],
  deadline: number,
  deps: WriteDeps,
): Promise<Outcome[]> {
  refuseUnknownTopics(records, deps.sink);
  const outcomes: Outcome[] = [];
  const held = new Map<string, string>();

  function note(place: number, outcome: Outcome): void {
    outcomes[place] = outcome;
    const record = records[place]!;
    const isHeld = outcome.status === 'rejected' && deps.sink.toleranceOf(record.topic, outcome.stage) === 'none';
    if (outcome.status === 'rejected' && !isHeld) deps.parking?.note(parkedBy(outcome, place, deps.parking), place);
    if (isHeld || outcome.status === 'unsettled') {
      const topicPartition = topicPartitionOf(record);
      if (!held.has(topicPartition)) held.set(topicPartition, positionOf(record));
    }
  }

  for (const portion of toPortions(records)) {
    const fetched = await fetchAll(portion, records, deadline, deps);
    const places: number[] = [];
    const converted: SinkRecord[] = [];
    for (const place of portion) {
      const record = records[place]!;
      const holder = held.size === 0 ? undefined : held.get(topicPartitionOf(record));
      const value = fetched.get(place) ?? record;
      const result =
        holder !== undefined ? behind(holder) : 'status' in value ? value : convert(value, deps.converters);
      if ('status' in result) note(place, result);
      else {
        places.push(place);
        converted.push(result);
      }
    }
    const written = await deps.sink.put(converted, deadline, deps.parking?.of(places));
    for (const [index, outcome] of written.entries()) note(places[index]!, outcome);
  }
  return outcomes;
}

function refuseUnknownTopics(records: readonly ConsumedRecord[], sink: OpenSink): void {
  const stranger = records.find(({ topic }) => !sink.reads(topic));
  if (!stranger) return;
  const message = `Expected records of the topics in topics or topics.regex, got ${positionOf(stranger)}`;
  throw new ConnectorError('TOPIC_UNKNOWN', message);
}

/** The records of a portion whose values are in the bucket, side by side. */
async function fetchAll(
  portion: readonly number[],
  records: readonly ConsumedRecord[],
  deadline: number,
  { fetchValue, metrics, now }: WriteDeps,
): Promise<ReadonlyMap<number, ConsumedRecord | Outcome>> {
  const places = portion.filter((place) => isClaimChecked(records[place]!.headers));
  if (places.length === 0) return new Map();
  const signal = AbortSignal.timeout(Math.max(0, deadline - now()));
  const values = await Promise.all(places.map((place) => withValue(records[place]!, fetchValue, signal)));
  metrics.add('sinkClaimChecks', values.filter((value) => !('status' in value)).length);
  return new Map(places.map((place, index) => [place, values[index]!]));
}

const behind = (holder: string): Outcome => ({
  status: 'unsettled',
  error: new ConnectorError('WRITE_SKIPPED', `Not written: ${holder} before it has to come again`),
});
