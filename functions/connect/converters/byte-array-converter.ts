import { DataError } from '../errors.ts';
import { OPTIONAL_BYTES } from '../records.ts';
import type { Converter } from './converter.ts';

/** `org.apache.kafka.connect.converters.ByteArrayConverter`: the bytes as they are. */
export const byteArrayConverter: Converter = {
  toBytes(topic, schema, value) {
    if (schema !== null && schema.type !== 'bytes') {
      throw new DataError(
        'RECORD_INVALID',
        `Expected bytes for ByteArrayConverter, got ${schema.type} for topic ${topic}`,
      );
    }
    if (value === null || value === undefined) return null;
    if (value instanceof Uint8Array) return value;
    throw new DataError(
      'RECORD_INVALID',
      `Expected bytes for ByteArrayConverter, got ${typeof value} for topic ${topic}`,
    );
  },
  toData: (_topic, bytes) => ({ schema: OPTIONAL_BYTES, value: bytes }),
};
