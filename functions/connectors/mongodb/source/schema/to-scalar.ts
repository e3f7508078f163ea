import { type DecimalValue, LOGICAL, type Schema } from '../../../../connect/records.ts';
import { decimal128Parts } from '../../bson/decimal128-parts.ts';
import { endOfValue } from '../../bson/element-reader.ts';
import type { JsonFormat } from '../../bson/json-formats.ts';
import { BSON_TYPE } from '../../bson/types.ts';
import { bsonTypeName } from './bson-type-names.ts';
import { mismatch, refused, type ToValue } from './conversion.ts';
import { toDouble, toLong } from './numbers.ts';
import { stringAt, toText } from './texts.ts';

/** Prepares the conversion to a schema type that has no other schema in it. */
export function createToScalar(schema: Schema, path: string, format: JsonFormat): ToValue {
  switch (schema.type) {
    case 'string':
      return (source, type, start, out) => toText(source, type, start, format, out);
    case 'int32':
      return (source, type, start) =>
        type === BSON_TYPE.int32 ? source.readInt32LE(start) : toInt32(source, type, start, schema, path);
    case 'int64':
      return (source, type, start) => toLong(source, type, start) ?? mismatch(schema, type, path);
    case 'float64':
      return (source, type, start) => toDouble(source, type, start) ?? mismatch(schema, type, path);
    case 'float32':
      return (source, type, start) => Math.fround(toDouble(source, type, start) ?? mismatch(schema, type, path));
    case 'boolean':
      return (source, type, start) => (type === BSON_TYPE.boolean ? source[start] !== 0 : mismatch(schema, type, path));
    case 'bytes':
      return schema.name === LOGICAL.decimal
        ? (source, type, start) => toDecimal(source, type, start, schema) ?? mismatch(schema, type, path)
        : (source, type, start) => toBytes(source, type, start) ?? mismatch(schema, type, path);
    default:
      throw new TypeError(`Unchecked schema type ${schema.type}`);
  }
}

const INT_LIMIT = 2n ** 31n;

/** The peer wraps what needs more than 32 bits: infinity becomes -1, a date any number. Here it is refused. */
function toInt32(source: Buffer, type: number, start: number, schema: Schema, path: string): number {
  const value = toLong(source, type, start) ?? mismatch(schema, type, path);
  if (value >= INT_LIMIT || value < -INT_LIMIT) {
    throw refused(`Schema type of int32 but value needs more than 32 bits, of type: ${bsonTypeName(type)}`, path);
  }
  return Number(value);
}

/** The bytes of a string, of binary data or of a document; the latter two are views. */
function toBytes(source: Buffer, type: number, start: number): Buffer | undefined {
  if (type === BSON_TYPE.string) return Buffer.from(stringAt(source, start), 'utf8');
  if (type !== BSON_TYPE.binary && type !== BSON_TYPE.document) return undefined;
  const end = endOfValue(source, type, start);
  return source.subarray(type === BSON_TYPE.document ? start : dataStart(source, start, end), end);
}

/** Subtype 2 repeats the length inside of its data; drivers leave that out. */
const dataStart = (source: Buffer, start: number, end: number): number =>
  source[start + 4] === 2 && end - start >= 9 ? start + 9 : start + 5;

/** A Connect Decimal, which has the scale of its schema and knows neither NaN nor infinity nor a negative zero. */
function toDecimal(source: Buffer, type: number, start: number, schema: Schema): DecimalValue | undefined {
  if (type !== BSON_TYPE.decimal128) return undefined;
  const parts = decimal128Parts(source, start);
  if (parts.kind !== 'number') return undefined;
  const scale = 0 - parts.exponent;
  if (String(scale) !== schema.parameters?.scale) return undefined;
  return { unscaled: parts.isNegative ? -parts.coefficient : parts.coefficient, scale };
}
