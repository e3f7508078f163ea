import { LOGICAL, OPTIONAL_BYTES, OPTIONAL_STRING, type Schema } from '../../../../connect/records.ts';

/**
 * What is known of the type of a value, from nothing (only nulls so far) over one type to `TEXT`, which everything fits
 * in. Equal shapes of one table are the same object, so that comparing them and finding their schema costs nothing.
 */
export type Shape = ScalarShape | ArrayShape | StructShape;
export type ScalarShape = { readonly kind: 'scalar'; readonly id: number; readonly schema: Schema };
export type ArrayShape = {
  readonly kind: 'array';
  readonly id: number;
  readonly name: string;
  readonly items: Shape;
};
export type StructShape = {
  readonly kind: 'struct';
  readonly id: number;
  readonly name: string;
  readonly fields: ReadonlyMap<string, Shape>;
};

const scalar = (id: number, schema: Schema): ScalarShape => ({ kind: 'scalar', id, schema });

/** Nothing is known yet: gives way to any other shape, and is a text where there is none. */
export const UNKNOWN = scalar(0, OPTIONAL_STRING);
export const TEXT = scalar(1, OPTIONAL_STRING);
export const BINARY = scalar(2, OPTIONAL_BYTES);
export const BOOLEAN = scalar(3, { type: 'boolean', optional: true });
export const INT32 = scalar(4, { type: 'int32', optional: true });
export const INT64 = scalar(5, { type: 'int64', optional: true });
export const FLOAT64 = scalar(6, { type: 'float64', optional: true });
export const TIMESTAMP = scalar(7, { type: 'int64', optional: true, name: LOGICAL.timestamp, version: 1 });

/** Decimals of another scale are another type. */
export const toDecimalShape = (id: number, scale: number): ScalarShape =>
  scalar(id, {
    type: 'bytes',
    optional: true,
    name: LOGICAL.decimal,
    version: 1,
    parameters: { scale: String(scale) },
  });

/** The first id that is free for shapes of a table. */
export const FIRST_ID = 8;
