import type { ProducerRecord } from '../aws/kafka/producer.ts';
import type { Converter } from '../connect/converters/converter.ts';
import { DataError } from '../connect/errors.ts';
import type { Stage } from '../connect/outcomes.ts';
import type { Header, SourceRecord } from '../connect/records.ts';

/** Carries the epoch of the task that produced a record, for whoever has to tell a replaced task's records apart. */
export const EPOCH_HEADER = 'tailrace.epoch';

/**
 * Runs a source record through its converters; a DataError of theirs tells the stage in its details. The headers of all records of a task are
 * the same bytes.
 */
export function producerRecordMaker(
  keyConverter: Converter,
  valueConverter: Converter,
  epoch: number,
): (record: SourceRecord) => ProducerRecord {
  const epochHeader: Header = [EPOCH_HEADER, Buffer.from(String(epoch))];
  const onlyEpoch = [epochHeader];
  return ({ topic, partition, keySchema, key, valueSchema, value, headers, timestamp }) => {
    let stage: Stage = 'KEY_CONVERTER';
    try {
      const keyBytes = keyConverter.toBytes(topic, keySchema, key);
      stage = 'VALUE_CONVERTER';
      return {
        topic,
        partition,
        key: keyBytes,
        value: valueConverter.toBytes(topic, valueSchema, value),
        headers: headers ? [...headers, epochHeader] : onlyEpoch,
        timestamp,
      };
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      throw new DataError(error.code, error.message, { cause: error, details: { ...error.details, stage } });
    }
  };
}
