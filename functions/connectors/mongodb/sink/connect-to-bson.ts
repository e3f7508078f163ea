import { isUtf8 } from 'node:buffer';
import { DataError } from '../../../connect/errors.ts';
import { type DecimalValue, LOGICAL, type Schema } from '../../../connect/records.ts';
import {
  beginDocument,
  createOutput,
  endDocument,
  type Output,
  reserve,
  writeByte,
  writeBytes,
  writeCString,
  writeDouble,
  writeInt32,
  writeInt64,
  writeString,
  writtenSince,
} from '../bson/output.ts';
import { writeBinary, writeDecimal } from '../bson/scalars.ts';
import { BSON_TYPE } from '../bson/types.ts';

/**
 * BSON bytes of a struct or map of Connect's data. A schema decides what a value becomes; of its names only Connect's
 * own logical types count. Without a schema an integer is a long and any other number a double.
 *
 * The document is written behind what is in `out`, and stays there.
 *
 * @throws DataError where a value has no place in BSON.
 */
export function connectToBson(
  fields: ReadonlyMap<unknown, unknown>,
  schema: Schema | null,
  out: Output = createOutput(1024),
): Buffer {
  const start = out.at;
  writeFields(out, fields, schema);
  return writtenSince(out, start);
}

function writeFields(out: Output, fields: ReadonlyMap<unknown, unknown>, schema: Schema | null): void {
  const start = beginDocument(out);
  if (schema?.type === 'struct') {
    // a struct's null is the default of its field, whatever the converter was told: Connect's own rule
    for (const { field, schema: of } of schema.fields ?? []) {
      writeField(out, field, fields.get(field) ?? of.default, of);
    }
  } else {
    for (const [name, value] of fields) writeField(out, nameOf(name), value, schema?.valueSchema ?? null);
  }
  endDocument(out, start);
}

/** A map's key is a text, or its UTF-8 bytes. */
function nameOf(key: unknown): string {
  if (typeof key === 'string') return key;
  if (key instanceof Uint8Array) return Buffer.from(key).toString('utf8');
  throw refuse('texts as the keys of a map', key);
}

function writeField(out: Output, name: string, value: unknown, schema: Schema | null): void {
  if (name.includes('\0')) throw new DataError('RECORD_INVALID', 'Expected a field name without a zero character');
  reserve(out, 1);
  const typeAt = out.at++;
  writeCString(out, name);
  const type = writeValue(out, value, schema);
  out.bytes[typeAt] = type;
}

function writeValue(out: Output, value: unknown, schema: Schema | null): number {
  if (value === null || value === undefined) return BSON_TYPE.null;
  if (schema === null) return writeSchemaless(out, value);
  return (schema.name !== undefined && writeLogical(out, value, schema.name)) || writeTyped(out, value, schema);
}

/** Nothing is written for other names than Connect's own. */
function writeLogical(out: Output, value: unknown, name: string): number | undefined {
  switch (name) {
    case LOGICAL.decimal: {
      const { unscaled, scale } = value as DecimalValue;
      return writeDecimal(out, `${unscaled}E${-scale}`);
    }
    case LOGICAL.date:
    case LOGICAL.time:
    case LOGICAL.timestamp:
      writeInt64(out, value as bigint);
      return BSON_TYPE.date;
    default:
      return undefined;
  }
}

function writeTyped(out: Output, value: unknown, schema: Schema): number {
  switch (schema.type) {
    case 'int8':
    case 'int16':
    case 'int32':
      writeInt32(out, value as number);
      return BSON_TYPE.int32;
    case 'int64':
      writeInt64(out, value as bigint);
      return BSON_TYPE.int64;
    case 'float32':
      writeDouble(out, Math.fround(value as number));
      return BSON_TYPE.double;
    case 'float64':
      writeDouble(out, value as number);
      return BSON_TYPE.double;
    case 'boolean':
      writeByte(out, value === true ? 1 : 0);
      return BSON_TYPE.boolean;
    case 'string':
      return writeText(out, value as string | Uint8Array);
    case 'bytes':
      return writeBinary(out, value as Uint8Array, 0);
    case 'array':
      return writeArray(out, value as readonly unknown[], schema.valueSchema ?? null);
    case 'map':
    case 'struct':
      writeFields(out, value as ReadonlyMap<unknown, unknown>, schema);
      return BSON_TYPE.document;
  }
}

function writeSchemaless(out: Output, value: unknown): number {
  switch (typeof value) {
    case 'string':
      return writeText(out, value);
    case 'number':
      writeDouble(out, value);
      return BSON_TYPE.double;
    case 'bigint':
      writeInt64(out, value);
      return BSON_TYPE.int64;
    case 'boolean':
      writeByte(out, value ? 1 : 0);
      return BSON_TYPE.boolean;
    default:
      if (value instanceof Map) {
        writeFields(out, value, null);
        return BSON_TYPE.document;
      }
      if (Array.isArray(value)) return writeArray(out, value, null);
      if (value instanceof Uint8Array) return writeBinary(out, value, 0);
      throw refuse('a value of JSON', value);
  }
}

function writeArray(out: Output, items: readonly unknown[], schema: Schema | null): number {
  const start = beginDocument(out);
  for (const [index, item] of items.entries()) writeField(out, String(index), item, schema);
  endDocument(out, start);
  return BSON_TYPE.array;
}

/** A text may be its UTF-8 bytes, where no converter needed it as a text. */
function writeText(out: Output, value: string | Uint8Array): number {
  const text = typeof value === 'string' ? value : isUtf8(value) ? undefined : Buffer.from(value).toString('utf8');
  if (text?.isWellFormed()) {
    writeString(out, text);
    return BSON_TYPE.string;
  }
  const bytes = text === undefined ? (value as Uint8Array) : withSurrogates(text);
  writeInt32(out, bytes.length + 1);
  writeBytes(out, bytes);
  writeByte(out, 0);
  return BSON_TYPE.string;
}

/** Half of a pair becomes three bytes, as with the peer, though that is not valid UTF-8. */
const withSurrogates = (text: string): Buffer =>
  Buffer.concat(
    [...text].map((point) => {
      if (point.isWellFormed()) return Buffer.from(point, 'utf8');
      const unit = point.charCodeAt(0);
      return Buffer.of(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
    }),
  );

const refuse = (expected: string, got: unknown): DataError =>
  new DataError('RECORD_INVALID', `Expected ${expected}, got ${got === null ? 'null' : typeof got}`);
