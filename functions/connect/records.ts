import type { DataError } from './errors.ts';

/**
 * Kafka Connect's data model: what source connectors make and sink connectors get.
 *
 * | schema type | value |
 * | --- | --- |
 * | int8, int16, int32, float32, float64 | `number` |
 * | int64 | `bigint` |
 * | boolean | `boolean` |
 * | string | `string`, or its UTF-8 bytes: bytes stay bytes where nobody needs the text |
 * | bytes | `Uint8Array` |
 * | array | `readonly unknown[]` |
 * | map | `ReadonlyMap<unknown, unknown>` |
 * | struct | `ReadonlyMap<string, unknown>`, by field name in the order of the schema's fields |
 * | Connect's Decimal (bytes) | `DecimalValue` |
 * | Connect's Date (int32), Time (int32), Timestamp (int64) | `bigint`: milliseconds since 1970, as Java's Date |
 *
 * Without a schema (JsonConverter, `schemas.enable=false`): `null`, `boolean`, `bigint` (Java's Long), `number` (Double),
 * `string`, `readonly unknown[]`, `ReadonlyMap<string, unknown>`. A null schema with a null value is a tombstone.
 */
export type SchemaType =
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'float32'
  | 'float64'
  | 'boolean'
  | 'string'
  | 'bytes'
  | 'array'
  | 'map'
  | 'struct';

export type Schema = {
  readonly type: SchemaType;
  readonly optional: boolean;
  readonly name?: string;
  readonly version?: number;
  readonly doc?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly default?: unknown;
  readonly fields?: readonly { readonly field: string; readonly schema: Schema }[];
  readonly keySchema?: Schema;
  readonly valueSchema?: Schema;
};

/** Java's BigDecimal: `unscaled` × 10^-`scale`. */
export type DecimalValue = { readonly unscaled: bigint; readonly scale: number };

/** Names of the schemas of Connect's logical types. */
export const LOGICAL = {
  decimal: 'org.apache.kafka.connect.data.Decimal',
  date: 'org.apache.kafka.connect.data.Date',
  time: 'org.apache.kafka.connect.data.Time',
  timestamp: 'org.apache.kafka.connect.data.Timestamp',
} as const;

export const STRING: Schema = { type: 'string', optional: false };
export const OPTIONAL_STRING: Schema = { type: 'string', optional: true };
export const BYTES: Schema = { type: 'bytes', optional: false };
export const OPTIONAL_BYTES: Schema = { type: 'bytes', optional: true };

/** A header of a Kafka record. Names may repeat; a value may be null. */
export type Header = readonly [name: string, value: Uint8Array | null];

export type TimestampType = 'CREATE_TIME' | 'LOG_APPEND_TIME' | 'NO_TIMESTAMP_TYPE';

/** What converters make of a key and a value. */
export type ConvertedBytes = { readonly key: Uint8Array | null; readonly value: Uint8Array | null };

/** What a source connector hands over. The peer sets no partition, timestamp or headers, and neither do we by default. */
export type SourceRecord = {
  readonly topic: string;
  readonly partition?: number;
  readonly keySchema: Schema | null;
  readonly key: unknown;
  readonly valueSchema: Schema | null;
  readonly value: unknown;
  readonly headers?: readonly Header[];
  /** Milliseconds since 1970. */
  readonly timestamp?: number;
  /** Where another thread has run the converters already: what came of it, in place of key and value. */
  readonly converted?: ConvertedBytes | DataError;
};

/** A record as its bytes are in Kafka. */
export type ConsumedRecord = {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly timestampType: TimestampType;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly Header[];
};

/** A consumed record after its converters: what a sink connector gets. */
export type SinkRecord = Omit<ConsumedRecord, 'key' | 'value'> & {
  readonly keySchema: Schema | null;
  readonly key: unknown;
  readonly valueSchema: Schema | null;
  readonly value: unknown;
};

/**
 * `orders-3`: how logs, responses and errors name a topic-partition. Records come in runs of one, whose text is made and
 * hashed once.
 */
export function topicPartitionOf({ topic, partition }: { topic: string; partition: number }): string {
  if (last.topic !== topic || last.partition !== partition) {
    last = { topic, partition, text: `${topic}-${partition}` };
  }
  return last.text;
}

let last = { topic: '', partition: -1, text: '' };

/** `orders-3@1042`: how logs and errors name a record. */
export const positionOf = (record: { topic: string; partition: number; offset: number }): string =>
  `${topicPartitionOf(record)}@${record.offset}`;
