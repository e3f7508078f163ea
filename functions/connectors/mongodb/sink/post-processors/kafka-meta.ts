import type { SinkRecord } from '../../../../connect/records.ts';
import { createOutput, takeBytes, writeInt64, writeString } from '../../bson/output.ts';
import { BSON_TYPE } from '../../bson/types.ts';
import { type Fields, toValue } from '../../bson/values.ts';

/** `KafkaMetaAdder`: where the record was in Kafka, and its time under the name of the time's kind. */
export function addMetadata(fields: Fields, { topic, partition, offset, timestamp, timestampType }: SinkRecord): void {
  const position = createOutput(64);
  writeString(position, `${topic}-${partition}-${offset}`);
  fields.set('topic-partition-offset', toValue(BSON_TYPE.string, takeBytes(position)));
  // Kafka's own mark for a record without a time
  if (timestamp === -1 && timestampType === 'NO_TIMESTAMP_TYPE') return;
  const time = createOutput(8);
  writeInt64(time, BigInt(timestamp));
  fields.set(timestampType, toValue(BSON_TYPE.int64, takeBytes(time)));
}
