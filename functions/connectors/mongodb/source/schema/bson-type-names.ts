/** What the peer calls BSON's types in its messages. */
const NAMES: Readonly<Record<number, string>> = {
  1: 'double',
  2: 'string',
  3: 'document',
  4: 'array',
  5: 'binary',
  6: 'undefined',
  7: 'object_id',
  8: 'boolean',
  9: 'date_time',
  10: 'null',
  11: 'regular_expression',
  12: 'db_pointer',
  13: 'javascript',
  14: 'symbol',
  15: 'javascript_with_scope',
  16: 'int32',
  17: 'timestamp',
  18: 'int64',
  19: 'decimal128',
  127: 'max_key',
  255: 'min_key',
};

export const bsonTypeName = (type: number): string => NAMES[type] ?? `0x${type.toString(16)}`;
