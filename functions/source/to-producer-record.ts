import type { ProducerRecord } from '../aws/kafka/producer.ts';
import type { Converters } from '../connect/converters/configure-converters.ts';
import { DataError } from '../connect/errors.ts';
import type { Stage } from '../connect/outcomes.ts';
import type { Header, SourceRecord } from '../connect/records.ts';

/** Carries the epoch of the task that produced a record, for whoever has to tell a replaced task's records apart. */
export const EPOCH_HEADER = 'tailrace.epoch';

/**
 * Runs a source record through its converters. The headers of all records of a task are the same bytes; none goes
 * through a header converter.
 *
 * @throws DataError with topic and stage among its details, where a converter can't take what the connector made.
 */
export function producerRecordMaker(converters: Converters, epoch: number): (record: SourceRecord) => ProducerRecord {
  const epochHeader: Header = [EPOCH_HEADER, Buffer.from(String(epoch))];
  const onlyEpoch = [epochHeader];
  return ({ topic, partition, keySchema, key, valueSchema, value, headers, timestamp }) => {
    let stage: Stage = 'KEY_CONVERTER';
    try {
      const keyBytes = converters.key.toBytes(topic, keySchema, key);
      stage = 'VALUE_CONVERTER';
      const valueBytes = converters.value.toBytes(topic, valueSchema, value);
      return {
        topic,
        partition,
        key: keyBytes,
        value: valueBytes,
        headers: headers ? [...headers, epochHeader] : onlyEpoch,
        timestamp,
      };
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      throw new DataError(error.code, error.message, { cause: error, details: { ...error.details, topic, stage } });
    }
  };
}
