import { DataError } from '../../../connect/errors.ts';
import { positionOf, type Schema, type SinkRecord } from '../../../connect/records.ts';
import { checkedBson } from '../bson/checked-bson.ts';
import { jsonToBson } from '../bson/json-to-bson.ts';
import type { Output } from '../bson/output.ts';
import { connectToBson } from './connect-to-bson.ts';

/**
 * The key or value of a record as BSON bytes; nothing where it is null. A text is Extended JSON, bytes are BSON, structs
 * and maps are Connect's data. What has to be written goes behind what is in `out`.
 *
 * @throws DataError where it is no document.
 */
export function readDocument(record: SinkRecord, side: 'key' | 'value', out?: Output): Uint8Array | undefined {
  const data = record[side];
  if (data === null || data === undefined) return undefined;
  try {
    return toBson(data, side === 'key' ? record.keySchema : record.valueSchema, out);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const message = `Could not convert the ${side} of ${positionOf(record)} into a BSON document: ${error.message}`;
    throw new DataError('RECORD_INVALID', message, { cause: error });
  }
}

function toBson(data: unknown, schema: Schema | null, out?: Output): Uint8Array {
  if (typeof data === 'string') return jsonToBson(Buffer.from(data, 'utf8'), out);
  if (data instanceof Map) return connectToBson(data, schema, out);
  if (data instanceof Uint8Array) return schema?.type === 'string' ? jsonToBson(data, out) : checkedBson(data);
  throw new DataError(
    'RECORD_INVALID',
    `No converter present due to unexpected object type: ${schema?.type ?? typeof data}`,
  );
}
