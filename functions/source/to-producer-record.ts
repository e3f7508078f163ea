import type { ProducerRecord } from '../aws/kafka/producer.ts';
import type { Converters } from '../connect/converters/configure-converters.ts';
import { convertRecord } from '../connect/converters/convert-record.ts';
import { DataError } from '../connect/errors.ts';
import type { Header, SourceRecord } from '../connect/records.ts';

/** Carries the epoch of the task that produced a record, for whoever has to tell a replaced task's records apart. */
export const EPOCH_HEADER = 'tailrace.epoch';

/**
 * Runs a source record through its converters, where that is not done yet. The headers of all records of a task are the
 * same bytes; none goes through a header converter.
 *
 * @throws DataError with topic and stage among its details, where a converter can't take what the connector made.
 */
export function producerRecordMaker(converters: Converters, epoch: number): (record: SourceRecord) => ProducerRecord {
  const epochHeader: Header = [EPOCH_HEADER, Buffer.from(String(epoch))];
  const onlyEpoch = [epochHeader];
  return (record) => {
    const { headers, partition, timestamp, topic } = record;
    const converted = record.converted ?? convertRecord(converters, record);
    if (converted instanceof DataError) throw converted;
    return {
      topic,
      partition,
      key: converted.key,
      value: converted.value,
      headers: headers ? [...headers, epochHeader] : onlyEpoch,
      timestamp,
    };
  };
}
