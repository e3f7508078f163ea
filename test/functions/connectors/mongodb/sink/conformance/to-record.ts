import {
  OPTIONAL_BYTES,
  OPTIONAL_STRING,
  type Schema,
  type SinkRecord,
} from '../../../../../../functions/connect/records.ts';
import { jsonToBson } from '../../../../../../functions/connectors/mongodb/bson/json-to-bson.ts';
import type { CaseRecord, Kind } from './case-file.ts';

type Data = { readonly schema: Schema | null; readonly value: unknown };
type Reader = (text: string) => Data;

const fromHex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');
const bare =
  (type: Schema['type'], read: (text: string) => unknown): Reader =>
  (text) => ({ schema: { type, optional: true }, value: read(text) });

/** The converters that a case may name. */
const READERS: Readonly<Record<Kind, Reader>> = {
  string: (text) => ({ schema: OPTIONAL_STRING, value: Buffer.from(text, 'utf8') }),
  stringHex: (text) => ({ schema: OPTIONAL_STRING, value: fromHex(text) }),
  bson: (text) => ({ schema: OPTIONAL_BYTES, value: jsonToBson(Buffer.from(text, 'utf8')) }),
  bytes: (text) => ({ schema: OPTIONAL_BYTES, value: fromHex(text) }),
  int: bare('int32', Number),
  long: bare('int64', BigInt),
  double: bare('float64', Number),
  bool: bare('boolean', (text) => text === 'true'),
};

export const isReadable = ({ keyKind = 'string', valueKind = 'string' }: CaseRecord): boolean =>
  keyKind in READERS && valueKind in READERS;

/** A record as the connector gets it. */
export function toRecord(record: CaseRecord, index: number): SinkRecord {
  const key = toData(record.key, record.keyKind);
  const value = toData(record.value, record.valueKind);
  return {
    topic: record.topic ?? 't',
    partition: record.partition ?? 0,
    offset: record.offset ?? index,
    timestamp: record.timestamp ?? -1,
    timestampType: record.timestampType ?? (record.timestamp === undefined ? 'NO_TIMESTAMP_TYPE' : 'CREATE_TIME'),
    headers: [],
    keySchema: key.schema,
    key: key.value,
    valueSchema: value.schema,
    value: value.value,
  };
}

const toData = (text: string | undefined, kind: Kind = 'string'): Data =>
  text === undefined ? { schema: null, value: null } : READERS[kind]!(text);
