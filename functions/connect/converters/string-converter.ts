import { DataError } from '../errors.ts';
import { OPTIONAL_STRING } from '../records.ts';
import type { Converter } from './converter.ts';

/** `org.apache.kafka.connect.storage.StringConverter`, UTF-8: text that is already bytes stays those bytes. */
export const stringConverter: Converter = {
  toBytes(topic, schema, value) {
    if (value === null || value === undefined) return null;
    if (value instanceof Uint8Array && schema?.type === 'string') return value;
    if (typeof value === 'string') return Buffer.from(value, 'utf8');
    if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
      return Buffer.from(String(value), 'utf8');
    throw new DataError(
      'RECORD_INVALID',
      `Expected a text for StringConverter, got ${schema?.type ?? typeof value} for topic ${topic}`,
    );
  },
  toData: (_topic, bytes) => ({ schema: OPTIONAL_STRING, value: bytes }),
};
