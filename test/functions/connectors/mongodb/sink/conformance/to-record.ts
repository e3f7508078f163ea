import {
  type Converters,
  createConverter,
} from '../../../../../../functions/connect/converters/configure-converters.ts';
import type { Converter } from '../../../../../../functions/connect/converters/converter.ts';
import type { ConsumedRecord, SinkRecord } from '../../../../../../functions/connect/records.ts';
import { jsonToBson } from '../../../../../../functions/connectors/mongodb/bson/json-to-bson.ts';
import { convert } from '../../../../../../functions/sink/convert.ts';
import type { CaseRecord, Kind } from './case-file.ts';

type Reader = { readonly converter: Converter; bytesOf(text: string): Uint8Array | null };

const utf8 = (text: string): Buffer => Buffer.from(text, 'utf8');
const fromHex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');

const strings = createConverter('StringConverter', {});
const bytes = createConverter('ByteArrayConverter', {});
const maps = createConverter('JsonConverter', { 'schemas.enable': 'false' });

/** The connector sees a bare number or boolean; its bytes are what the converter makes of one. */
function primitive(name: string, read: (text: string) => unknown): Reader {
  const converter = createConverter(name, {});
  const { schema } = converter.toData('', null);
  return { converter, bytesOf: (text) => converter.toBytes('', schema, read(text)) };
}

/** What a case calls the converters, and how it writes the bytes for them. */
const READERS: Readonly<Record<Kind, Reader>> = {
  string: { converter: strings, bytesOf: utf8 },
  stringHex: { converter: strings, bytesOf: fromHex },
  map: { converter: maps, bytesOf: utf8 },
  mapHex: { converter: maps, bytesOf: fromHex },
  struct: { converter: createConverter('JsonConverter', {}), bytesOf: utf8 },
  bson: { converter: bytes, bytesOf: (text) => jsonToBson(utf8(text)) },
  bytes: { converter: bytes, bytesOf: fromHex },
  int: primitive('IntegerConverter', Number),
  long: primitive('LongConverter', BigInt),
  double: primitive('DoubleConverter', Number),
  bool: primitive('BooleanConverter', (text) => text === 'true'),
};

export type Converted = {
  readonly records: readonly SinkRecord[];
  /** Of the records that no converter takes: they never reach the connector. */
  readonly errors: readonly { readonly record: number; readonly side: 'key' | 'value'; readonly class: string }[];
};

/** A record as the connector gets it. */
export function toRecord(record: CaseRecord, index: number): SinkRecord {
  const result = convert(toConsumed(record, index), convertersOf(record));
  if ('status' in result) throw new Error('Expected a record that its converters take');
  return result;
}

/** The records of a case, apart from those that no converter takes. */
export function convertRecords(given: readonly CaseRecord[]): Converted {
  const records: SinkRecord[] = [];
  const errors: Converted['errors'][number][] = [];
  for (const [index, record] of given.entries()) {
    const result = convert(toConsumed(record, index), convertersOf(record));
    if (!('status' in result)) records.push(result);
    else if (result.status === 'rejected') {
      errors.push({ record: index, side: result.stage === 'KEY_CONVERTER' ? 'key' : 'value', class: result.class });
    }
  }
  return { records, errors };
}

/** The first of the errors counts: an unknown kind is none of the record. */
function readerOf(kind: Kind = 'string'): Reader {
  const reader = READERS[kind];
  if (!reader) throw new Error(`Unknown kind ${kind}`);
  return reader;
}

const convertersOf = ({ keyKind, valueKind }: CaseRecord): Converters => ({
  key: readerOf(keyKind).converter,
  value: readerOf(valueKind).converter,
});

const toConsumed = (record: CaseRecord, index: number): ConsumedRecord => ({
  topic: record.topic ?? 't',
  partition: record.partition ?? 0,
  offset: record.offset ?? index,
  timestamp: record.timestamp ?? -1,
  timestampType: record.timestampType ?? (record.timestamp === undefined ? 'NO_TIMESTAMP_TYPE' : 'CREATE_TIME'),
  headers: [],
  key: record.key === undefined ? null : readerOf(record.keyKind).bytesOf(record.key),
  value: record.value === undefined ? null : readerOf(record.valueKind).bytesOf(record.value),
});
