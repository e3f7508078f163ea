import { DataError } from '../errors.ts';
import { doubleText, floatText } from '../java-number-text.ts';
import type { OutputBuffer } from '../output-buffer.ts';
import { LOGICAL, type Schema, type SchemaType } from '../records.ts';
import { decimalText } from './decimals.ts';
import { writeString, writeUtf8 } from './json-strings.ts';
import { fromDecimal, fromMillis, isDecimal, isMoment } from './logical-types.ts';

export type WriteSettings = {
  readonly decimals: 'BASE64' | 'NUMERIC';
  /** Kafka Connect's `replace.null.with.default`. */
  readonly nullsBecomeDefault: boolean;
};

const refuse = (schema: Schema | null, value: unknown): DataError =>
  new DataError(
    'RECORD_INVALID',
    `Invalid type for ${schema ? schema.type.toUpperCase() : 'unknown schema'}: ${kindOf(value)}`,
  );

const kindOf = (value: unknown): string =>
  typeof value === 'object' && value !== null ? value.constructor.name : typeof value;

/**
 * Writes the payload that JsonConverter makes of a value.
 *
 * @throws DataError where the value does not fit its schema.
 */
export function writeData(out: OutputBuffer, schema: Schema | null, value: unknown, settings: WriteSettings): void {
  if (value === null || value === undefined) writeNull(out, schema, settings);
  else if (schema === null) writeSchemaless(out, value, settings);
  else if (isMoment(schema.name)) out.ascii(String(fromMillis(schema.name, value)));
  else if (schema.name === LOGICAL.decimal) writeDecimal(out, schema, value, settings);
  else WRITERS[schema.type](out, schema, value, settings);
}

function writeNull(out: OutputBuffer, schema: Schema | null, settings: WriteSettings): void {
  const replacement = schema?.default;
  if (schema && replacement !== undefined && replacement !== null && settings.nullsBecomeDefault) {
    writeData(out, schema, replacement, settings);
  } else if (schema === null || schema.optional) out.ascii('null');
  else {
    throw new DataError(
      'RECORD_INVALID',
      'Conversion error: null value for field that is required and has no default value',
    );
  }
}

function writeSchemaless(out: OutputBuffer, value: unknown, settings: WriteSettings): void {
  if (typeof value === 'string') writeString(out, value);
  else if (typeof value === 'bigint' || typeof value === 'boolean') out.ascii(String(value));
  else if (typeof value === 'number') writeFloating(out, value, doubleText);
  else if (value instanceof Uint8Array) writeBase64(out, value);
  else if (Array.isArray(value)) writeArray(out, null, value, settings);
  else if (value instanceof Map) {
    writeMap(
      out,
      null,
      value,
      [...value.keys()].every((key) => typeof key === 'string'),
      settings,
    );
  } else throw refuse(null, value);
}

type Write = (out: OutputBuffer, schema: Schema, value: unknown, settings: WriteSettings) => void;

/** A writer for values of one type of ours. */
const writerOf =
  <T>(
    fits: (value: unknown) => value is T,
    write: (out: OutputBuffer, value: T, schema: Schema, settings: WriteSettings) => void,
  ): Write =>
  (out, schema, value, settings) => {
    if (!fits(value)) throw refuse(schema, value);
    write(out, value, schema, settings);
  };

const isText = (value: unknown) => typeof value === 'string' || value instanceof Uint8Array;
const isInteger = (value: unknown): value is number => Number.isInteger(value);
const isBigInt = (value: unknown) => typeof value === 'bigint';
const isNumber = (value: unknown) => typeof value === 'number';
const isBoolean = (value: unknown) => typeof value === 'boolean';
const isBytes = (value: unknown) => value instanceof Uint8Array;
const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const isMap = (value: unknown): value is ReadonlyMap<unknown, unknown> => value instanceof Map;

const writeWord = (out: OutputBuffer, value: number | bigint | boolean) => out.ascii(String(value));
const integers = writerOf(isInteger, writeWord);

const WRITERS: Readonly<Record<SchemaType, Write>> = {
  string: writerOf(isText, (out, value) => {
    if (typeof value === 'string') writeString(out, value);
    else writeUtf8(out, value);
  }),
  int8: integers,
  int16: integers,
  int32: integers,
  int64: writerOf(isBigInt, writeWord),
  float32: writerOf(isNumber, (out, value) => writeFloating(out, value, floatText)),
  float64: writerOf(isNumber, (out, value) => writeFloating(out, value, doubleText)),
  boolean: writerOf(isBoolean, writeWord),
  bytes: writerOf(isBytes, writeBase64),
  array: writerOf(isArray, (out, value, { valueSchema = null }, settings) =>
    writeArray(out, valueSchema, value, settings),
  ),
  map: writerOf(isMap, (out, value, schema, settings) =>
    writeMap(out, schema, value, schema.keySchema?.type === 'string', settings),
  ),
  struct: writerOf(isMap, writeStruct),
};

/** Jackson puts what is no JSON number into quotes. */
function writeFloating(out: OutputBuffer, value: number, textOf: (value: number) => string): void {
  out.ascii(Number.isFinite(value) ? textOf(value) : `"${value}"`);
}

function writeBase64(out: OutputBuffer, value: Uint8Array): void {
  const length = Math.ceil(value.length / 3) * 4;
  out.reserve(length + 2);
  out.bytes[out.at++] = 0x22;
  const text = Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64');
  out.at += out.bytes.write(text, out.at, 'latin1');
  out.bytes[out.at++] = 0x22;
}

function writeDecimal(out: OutputBuffer, schema: Schema, value: unknown, { decimals }: WriteSettings): void {
  if (!isDecimal(value)) throw refuse(schema, value);
  if (decimals === 'NUMERIC') out.ascii(decimalText(value));
  else writeBase64(out, fromDecimal(schema, value));
}

function writeArray(out: OutputBuffer, items: Schema | null, value: readonly unknown[], settings: WriteSettings): void {
  out.ascii('[');
  for (const [index, item] of value.entries()) {
    if (index > 0) out.ascii(',');
    writeData(out, items, item, settings);
  }
  out.ascii(']');
}

/** An object where all keys are texts, else an array of pairs. */
function writeMap(
  out: OutputBuffer,
  schema: Schema | null,
  value: ReadonlyMap<unknown, unknown>,
  isObject: boolean,
  settings: WriteSettings,
): void {
  out.ascii(isObject ? '{' : '[');
  let isFirst = true;
  for (const [key, member] of value) {
    if (!isFirst) out.ascii(',');
    isFirst = false;
    if (!isObject) out.ascii('[');
    // the name of a member is a text, also where it stands for a null
    if (isObject && key === null) out.ascii('"null"');
    else writeData(out, schema?.keySchema ?? null, key, settings);
    out.ascii(isObject ? ':' : ',');
    writeData(out, schema?.valueSchema ?? null, member, settings);
    if (!isObject) out.ascii(']');
  }
  out.ascii(isObject ? '}' : ']');
}

function writeStruct(
  out: OutputBuffer,
  value: ReadonlyMap<unknown, unknown>,
  schema: Schema,
  settings: WriteSettings,
): void {
  out.ascii('{');
  for (const [index, { field, schema: member }] of (schema.fields ?? []).entries()) {
    if (index > 0) out.ascii(',');
    writeString(out, field);
    out.ascii(':');
    writeData(out, member, value.get(field), settings);
  }
  out.ascii('}');
}
