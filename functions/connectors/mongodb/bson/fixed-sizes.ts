import { BSON_TYPE } from './types.ts';

/** Of a type whose values have a length of their own, and of a byte that is no type. */
export const VARIABLE = -1;

/** Bytes of the values of a type, where all have as many; by the type's byte. Source: bsonspec.org. */
export const FIXED_SIZES = new Int8Array(256).fill(VARIABLE);
for (const [type, size] of [
  [BSON_TYPE.double, 8],
  [BSON_TYPE.date, 8],
  [BSON_TYPE.timestamp, 8],
  [BSON_TYPE.int64, 8],
  [BSON_TYPE.int32, 4],
  [BSON_TYPE.boolean, 1],
  [BSON_TYPE.null, 0],
  [BSON_TYPE.undefined, 0],
  [BSON_TYPE.minKey, 0],
  [BSON_TYPE.maxKey, 0],
  [BSON_TYPE.objectId, 12],
  [BSON_TYPE.decimal128, 16],
] as const) {
  FIXED_SIZES[type] = size;
}
