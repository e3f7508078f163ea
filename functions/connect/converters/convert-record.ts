import { DataError } from '../errors.ts';
import type { Stage } from '../outcomes.ts';
import type { ConvertedBytes, SourceRecord } from '../records.ts';
import type { Converters } from './configure-converters.ts';

/**
 * Runs a source record through its converters.
 *
 * @throws DataError with topic and stage among its details, where a converter can't take what the connector made.
 */
export function convertRecord(
  converters: Converters,
  { topic, keySchema, key, valueSchema, value }: SourceRecord,
): ConvertedBytes {
  let stage: Stage = 'KEY_CONVERTER';
  try {
    const keyBytes = converters.key.toBytes(topic, keySchema, key);
    stage = 'VALUE_CONVERTER';
    return { key: keyBytes, value: converters.value.toBytes(topic, valueSchema, value) };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(error.code, error.message, { cause: error, details: { ...error.details, topic, stage } });
  }
}
