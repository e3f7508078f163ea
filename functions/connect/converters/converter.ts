import type { Schema } from '../records.ts';

export type Data = { readonly schema: Schema | null; readonly value: unknown };

/** Turns Connect's data into the bytes of a key or value and back. Source: Kafka Connect's `Converter`. */
export type Converter = {
  /** @throws DataError where the data does not fit the converter. */
  toBytes(topic: string, schema: Schema | null, value: unknown): Uint8Array | null;
  /** @throws DataError where the bytes are not what the converter expects. */
  toData(topic: string, bytes: Uint8Array | null): Data;
};
