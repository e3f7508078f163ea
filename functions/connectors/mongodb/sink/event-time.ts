import { DataError } from '../../../connect/errors.ts';
import type { Outcome } from '../../../connect/outcomes.ts';
import type { SinkRecord } from '../../../connect/records.ts';
import { type Element, elementOf, elementsOf } from '../bson/elements.ts';
import { BSON_TYPE } from '../bson/types.ts';
import { textOf } from './cdc/envelope.ts';
import { readDocument } from './read-document.ts';
import type { TopicSettings } from './topic-plans.ts';

/**
 * When the oldest and the newest of the written records of a put happened, milliseconds since 1970; fewer where none is
 * known. Two of them tell the range, and reading every value once more would cost as much as writing it.
 */
export function eventTimes(
  records: readonly SinkRecord[],
  outcomes: readonly Outcome[],
  settingsOf: (topic: string) => Pick<TopicSettings, 'plan'> | undefined,
): number[] {
  const written = records.filter((_, place) => outcomes[place]!.status === 'written');
  const [first] = written;
  if (!first) return [];
  const oldest = written.reduce((one, other) => (other.timestamp < one.timestamp ? other : one), first);
  const newest = written.reduce((one, other) => (other.timestamp >= one.timestamp ? other : one), first);
  return [...new Set([oldest, newest])].flatMap((record) => {
    const time = timeOf(record, settingsOf(record.topic)?.plan.cdcHandler !== undefined);
    return time > 0 ? [time] : [];
  });
}

/** The time of the change where the value is a change event that tells it, else that of the record. */
function timeOf(record: SinkRecord, isChangeEvent: boolean): number {
  if (!isChangeEvent) return record.timestamp;
  try {
    const value = readDocument(record, 'value');
    return (value && changeTimeOf(value)) ?? record.timestamp;
  } catch (error) {
    if (error instanceof DataError) return record.timestamp;
    throw error;
  }
}

/**
 * When MongoDB (`wallTime`, `clusterTime`) or the database behind Debezium (`source.ts_ms`) made a change, milliseconds
 * since 1970; nothing where the change event has none of them.
 */
export function changeTimeOf(event: Uint8Array): number | undefined {
  const members = elementsOf(event);
  const source = elementOf(members, 'source');
  const ofDebezium = source?.type === BSON_TYPE.document ? elementOf(elementsOf(source.value), 'ts_ms') : undefined;
  return [elementOf(members, 'wallTime'), elementOf(members, 'clusterTime'), ofDebezium]
    .map((element) => element && millisecondsOf(element))
    .find((ms) => ms !== undefined && ms > 0);
}

function millisecondsOf(element: Element): number | undefined {
  const { type, value } = element;
  const view = Buffer.from(value.buffer, value.byteOffset, value.length);
  switch (type) {
    case BSON_TYPE.date:
    case BSON_TYPE.int64:
      return Number(view.readBigInt64LE(0));
    case BSON_TYPE.timestamp:
      // the increment is before the seconds
      return view.readUInt32LE(4) * 1000;
    case BSON_TYPE.int32:
      return view.readInt32LE(0);
    case BSON_TYPE.double:
      return view.readDoubleLE(0);
    case BSON_TYPE.string:
      // SimplifiedJson writes dates so
      return Date.parse(textOf(element));
    default:
      return undefined;
  }
}
