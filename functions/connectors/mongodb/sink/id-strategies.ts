import { createHash } from 'node:crypto';
import { DataError } from '../../../connect/errors.ts';
import { positionOf, type SinkRecord } from '../../../connect/records.ts';
import { documentOf, fieldOf } from '../bson/elements.ts';
import { createOutput, type Output, takeBytes, writeString } from '../bson/output.ts';
import { writeBinary } from '../bson/scalars.ts';
import { BSON_TYPE } from '../bson/types.ts';
import { bytesOf, fieldsOf, toValue } from '../bson/values.ts';
import type { Raw } from './expression.ts';
import type { Projection } from './post-processors/block-list.ts';

/** What an id is made of; key and value are read only where a strategy asks for them. */
export type IdSource = {
  readonly record: SinkRecord;
  key(): Uint8Array | undefined;
  value(): Uint8Array | undefined;
};

export type IdOptions = {
  readonly uuidFormat: 'string' | 'binary';
  /** As many random bytes, where ids are to be random as the peer's. */
  readonly random?: (count: number) => Uint8Array;
  /** What the partial strategies keep. */
  readonly projections: { readonly key: Projection; readonly value: Projection };
};

type Strategy = (source: IdSource, options: IdOptions) => Raw;

/** Id strategies by the simple name of the peer's class. */
export const idStrategies = {
  BsonOidStrategy: ({ record }, { random }) =>
    random ? { type: BSON_TYPE.objectId, value: toObjectId(record, random(8)) } : derivedObjectId(record),
  UuidStrategy({ record }, { uuidFormat, random }) {
    const bytes = toUuid(random ? random(16) : fingerprintOf(record), random ? 0x40 : 0x80);
    return uuidFormat === 'binary' ? binaryOf(bytes) : textOf(uuidText(bytes));
  },
  KafkaMetaDataStrategy: ({ record: { topic, partition, offset } }) => textOf(`${topic}#${partition}#${offset}`),
  FullKeyStrategy: ({ key }) => ({ type: BSON_TYPE.document, value: key() ?? documentOf([]) }),
  PartialKeyStrategy: ({ key }, { projections }) => partOf(key(), projections.key),
  PartialValueStrategy: ({ value }, { projections }) => partOf(value(), projections.value),
  ProvidedInKeyStrategy: ({ record, key }) => provided(record, key()),
  ProvidedInValueStrategy: ({ record, value }) => provided(record, value()),
  UuidProvidedInKeyStrategy: ({ record, key }) => providedUuid(record, key()),
  UuidProvidedInValueStrategy: ({ record, value }) => providedUuid(record, value()),
} as const satisfies Record<string, Strategy>;

export type IdStrategy = keyof typeof idStrategies;

/** What of the key a strategy takes as it is, so that later changes of the key are changes of the `_id`. */
export const SHARED: Readonly<Record<string, 'key' | 'key._id'>> = {
  FullKeyStrategy: 'key',
  ProvidedInKeyStrategy: 'key._id',
};

/** Without the document the part of it is empty. */
function partOf(document: Uint8Array | undefined, project: Projection): Raw {
  const value = toValue(BSON_TYPE.document, document ?? documentOf([]));
  project(fieldsOf(value)!);
  return { type: value.type, value: bytesOf(value) };
}

/**
 * The same bytes for the same record, so that a batch that comes twice inserts once; other ones for a topic that was
 * made anew, whose offsets begin again but whose timestamps don't.
 */
const fingerprintOf = ({ topic, partition, offset, timestamp }: SinkRecord): Buffer =>
  createHash('sha256').update(`${topic}\0${partition}\0${offset}\0${timestamp}`).digest();

/** The ObjectId that is made of where and when the record was in Kafka. */
export const derivedObjectId = (record: SinkRecord): Raw => ({
  type: BSON_TYPE.objectId,
  value: toObjectId(record, fingerprintOf(record)),
});

/** Begins with the time of the record, as an ObjectId does with that of its making. */
function toObjectId({ timestamp }: SinkRecord, rest: Uint8Array): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE(Math.min(Math.max(Math.floor(timestamp / 1000), 0), 0xffffffff), 0);
  bytes.set(rest.subarray(0, 8), 4);
  return bytes;
}

/** RFC 9562: version 4 is random, version 8 is what its maker says. */
function toUuid(source: Uint8Array, version: 0x40 | 0x80): Buffer {
  const bytes = Buffer.from(source.subarray(0, 16));
  bytes[6] = (bytes[6]! & 0x0f) | version;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes;
}

const uuidText = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

function provided(record: SinkRecord, document: Uint8Array | undefined): Raw {
  const id = document && fieldOf(document, '_id');
  if (!id) throw refuse('either contained no _id field or it was null', record);
  if (id.type === BSON_TYPE.null) throw refuse('contained an _id of type BsonNull', record);
  return id;
}

const refuse = (what: string, record: SinkRecord): DataError =>
  new DataError(
    'RECORD_INVALID',
    `Provided id strategy is used but the document structure ${what} at ${positionOf(record)}`,
  );

function providedUuid(record: SinkRecord, document: Uint8Array | undefined): Raw {
  const id = provided(record, document);
  const bytes = Buffer.from(id.value);
  const isUuid = id.type === BSON_TYPE.binary && (bytes[4] === 3 || bytes[4] === 4);
  if (isUuid) return id;
  const text = id.type === BSON_TYPE.string ? bytes.toString('utf8', 4, bytes.length - 1) : '';
  if (!/^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(text)) {
    throw new DataError(
      'RECORD_INVALID',
      `UUID cannot be constructed from the provided _id at ${positionOf(record)}: expected 32 hexadecimal digits, dashed or not`,
    );
  }
  return binaryOf(Buffer.from(text.replaceAll('-', ''), 'hex'));
}

const binaryOf = (bytes: Uint8Array): Raw => made((out) => writeBinary(out, bytes, 4));
const textOf = (text: string): Raw =>
  made((out) => {
    writeString(out, text);
    return BSON_TYPE.string;
  });

function made(write: (out: Output) => number): Raw {
  const out = createOutput(64);
  const type = write(out);
  return { type, value: takeBytes(out) };
}
