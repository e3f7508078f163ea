import { DataError } from '../errors.ts';
import { LOGICAL, type Schema } from '../records.ts';
import { decimalOf, wholeOf } from './decimals.ts';
import type { Json, JsonNumber } from './json-reader.ts';
import { isMoment, toDecimal, toMillis } from './logical-types.ts';

const refuse = (message: string): DataError => new DataError('RECORD_INVALID', message);

export type Nulls = {
  /** Kafka Connect's `replace.null.with.default`. */
  readonly becomeDefault: boolean;
};

/**
 * The value of a schema, from JSON. As Jackson's conversions, a scalar of another type becomes 0, false or nothing, and
 * an integer that is too large is cut; fields that the schema lacks are left out.
 *
 * `isMember`: inside of a struct, where Kafka Connect refuses such a nothing if the schema requires a value.
 */
export function toData(schema: Schema, json: Json | undefined, nulls: Nulls, isMember = false): unknown {
  if (json === null || json === undefined) {
    if (schema.default !== undefined && nulls.becomeDefault) return schema.default;
    if (schema.optional) return null;
    throw refuse(`Invalid null value for required ${schema.type.toUpperCase()} field`);
  }
  const logical = toLogical(schema, json);
  if (logical !== undefined) return logical;
  const value = toPlain(schema, json, nulls, isMember);
  if (value === null && isMember && !schema.optional) {
    throw refuse(`Invalid value: null used for required field, schema type: ${schema.type.toUpperCase()}`);
  }
  return value;
}

/** A number without a schema: Java's Long, cut to 64 bits, or Double. */
export const schemalessNumber = (text: string, isIntegral: boolean): bigint | number =>
  isIntegral ? BigInt.asIntN(64, BigInt(text)) : toDouble(text);

/** Values of logical types are told by the schema's name alone, whatever its type. */
function toLogical(schema: Schema, json: NonNullable<Json>): unknown {
  const { name } = schema;
  if (isMoment(name)) {
    const isInteger = isNumber(json) && json.isIntegral;
    if (!isInteger || (name !== LOGICAL.timestamp && BigInt.asIntN(32, BigInt(json.text)) !== BigInt(json.text))) {
      throw refuse(
        `Invalid type for ${name}, underlying representation should be an integer but was ${nodeType(json)}`,
      );
    }
    return BigInt.asIntN(64, toMillis(name, BigInt.asIntN(64, BigInt(json.text))));
  }
  if (name !== LOGICAL.decimal) return undefined;
  if (isNumber(json)) return decimalOf(json.text);
  if (typeof json === 'string') return toDecimal(schema, fromBase64(json, 'Decimal '));
  throw refuse(
    `Invalid type for Decimal, underlying representation should be numeric or bytes but was ${nodeType(json)}`,
  );
}

function toPlain(schema: Schema, json: NonNullable<Json>, nulls: Nulls, isMember: boolean): unknown {
  switch (schema.type) {
    case 'boolean':
      return json === true;
    case 'int8':
      return Number(BigInt.asIntN(8, integerOf(json)));
    case 'int16':
      return Number(BigInt.asIntN(16, integerOf(json)));
    case 'int32':
      return Number(BigInt.asIntN(32, integerOf(json)));
    case 'int64':
      return BigInt.asIntN(64, integerOf(json));
    case 'float32':
      return Math.fround(doubleOf(json));
    case 'float64':
      return doubleOf(json);
    case 'string':
      return typeof json === 'string' ? json : null;
    case 'bytes':
      return typeof json === 'string' ? fromBase64(json, '') : null;
    case 'array':
      return childrenOf(json).map((item) => toData(schema.valueSchema!, item, nulls, isMember));
    case 'map':
      return toMap(schema, json, nulls, isMember);
    case 'struct':
      return toStruct(schema, json, nulls);
  }
}

const isNumber = (json: Json): json is JsonNumber => typeof json === 'object' && json !== null && 'isIntegral' in json;

function integerOf(json: Json): bigint {
  if (!isNumber(json)) return 0n;
  return json.isIntegral ? BigInt(json.text) : wholeOf(decimalOf(json.text));
}

const doubleOf = (json: Json): number => (isNumber(json) ? toDouble(json.text) : 0);

/** Java's decimals have no negative zero. */
const toDouble = (text: string): number => Number(text) + 0;

function childrenOf(json: Json): readonly Json[] {
  if (Array.isArray(json)) return json;
  return json instanceof Map ? [...json.values()] : [];
}

function toMap({ keySchema, valueSchema }: Schema, json: Json, nulls: Nulls, isMember: boolean): unknown {
  const memberOf = (value: Json | undefined) => toData(valueSchema!, value, nulls, isMember);
  if (keySchema!.type === 'string') {
    if (!(json instanceof Map)) {
      throw refuse(`Maps with string fields should be encoded as JSON objects, but found ${nodeType(json)}`);
    }
    return new Map([...json].map(([name, value]) => [name, memberOf(value)]));
  }
  if (!Array.isArray(json)) {
    throw refuse(`Maps with non-string fields should be encoded as JSON array of tuples, but found ${nodeType(json)}`);
  }
  return new Map(
    (json as readonly Json[]).map((entry) => {
      if (!Array.isArray(entry)) throw refuse(`Found invalid map entry instead of array tuple: ${nodeType(entry)}`);
      if (entry.length !== 2) throw refuse(`Found invalid map entry, expected length 2 but found :${entry.length}`);
      return [toData(keySchema!, entry[0], nulls, isMember), memberOf(entry[1])];
    }),
  );
}

function toStruct(schema: Schema, json: Json, nulls: Nulls): unknown {
  if (!(json instanceof Map)) throw refuse(`Structs should be encoded as JSON objects, but found ${nodeType(json)}`);
  const struct = new Map<string, unknown>();
  for (const { field, schema: member } of schema.fields ?? []) {
    struct.set(field, toData(member, json.get(field), nulls, true));
  }
  return struct;
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

function fromBase64(text: string, what: string): Buffer {
  if (text.length % 4 !== 0 || !BASE64.test(text)) throw refuse(`Invalid bytes for ${what}field: expected base64`);
  return Buffer.from(text, 'base64');
}

/** Jackson's name for a kind of JSON value. */
function nodeType(json: Json): string {
  if (json === null) return 'NULL';
  if (Array.isArray(json)) return 'ARRAY';
  if (json instanceof Map) return 'OBJECT';
  return isNumber(json) ? 'NUMBER' : (typeof json).toUpperCase();
}
