import { DataError } from '../../../../connect/errors.ts';
import type { OutputBuffer } from '../../../../connect/output-buffer.ts';
import type { Schema } from '../../../../connect/records.ts';
import { bsonTypeName } from './bson-type-names.ts';

/**
 * Makes the value of a schema from the BSON value of that type at `start`; `out` is memory for JSON texts.
 *
 * A conversion throws a DataError where the value does not fit the schema; its details name the field.
 */
export type ToValue = (source: Buffer, type: number, start: number, out: OutputBuffer) => unknown;

/** Prepares the conversion to a schema; `path` names the field in errors. */
export type Prepare = (schema: Schema, path: string) => ToValue;

/** @throws DataError: the schema has no value for that BSON type. */
export function mismatch({ type }: Schema, bsonType: number, field: string): never {
  throw refused(`Schema type of ${type} but value was of type: ${bsonTypeName(bsonType)}`, field);
}

/** The error of one field. */
export const refused = (message: string, field: string): DataError =>
  new DataError('RECORD_INVALID', message, { details: { field } });
