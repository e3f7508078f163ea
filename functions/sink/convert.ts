import type { Converters } from '../connect/converters/configure-converters.ts';
import { DataError } from '../connect/errors.ts';
import type { Outcome, Stage } from '../connect/outcomes.ts';
import type { ConsumedRecord, SinkRecord } from '../connect/records.ts';

/** The record as Connect's data, or why its bytes are none. */
export function convert(record: ConsumedRecord, converters: Converters): SinkRecord | Outcome {
  let stage: Stage = 'KEY_CONVERTER';
  try {
    const key = converters.key.toData(record.topic, record.key);
    stage = 'VALUE_CONVERTER';
    const value = converters.value.toData(record.topic, record.value);
    return { ...record, keySchema: key.schema, key: key.value, valueSchema: value.schema, value: value.value };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { status: 'rejected', error, stage, class: 'org.apache.kafka.connect.errors.DataException' };
  }
}
