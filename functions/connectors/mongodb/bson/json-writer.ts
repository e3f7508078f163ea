import { DataError } from '../../../connect/errors.ts';
import { fixedText, OutputBuffer } from '../../../connect/output-buffer.ts';
import { decimal128Text } from './decimal128-text.ts';
import { damaged, endBefore, endOfCString, lengthAt } from './element-reader.ts';
import { writeIsoDate } from './iso-date.ts';
import type { JsonFormat } from './json-formats.ts';
import { doubleAt, int32At, int64At, writeDouble, writeInt64, writeInteger } from './json-numbers.ts';
import { writeHex, writeName, writeText } from './json-strings.ts';
import { BSON_TYPE } from './types.ts';

const OPEN_BRACE = 0x7b;
const CLOSED_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSED_BRACKET = 0x5d;
const QUOTE = 0x22;
const COMMA_SPACE = fixedText(', ');
const TRUE = fixedText('true');
const FALSE = fixedText('false');
const NULL = fixedText('null');
const NUMBER_INT = fixedText('{"$numberInt": "');
const NUMBER_LONG = fixedText('{"$numberLong": "');
const NUMBER_DOUBLE = fixedText('{"$numberDouble": "');
const OBJECT_ID = fixedText('{"$oid": "');
const DATE = fixedText('{"$date": ');
const DATE_TEXT = fixedText('{"$date": "');
const TIMESTAMP = fixedText('{"$timestamp": {"t": ');
const TIMESTAMP_INCREMENT = fixedText(', "i": ');
const END_OF_TEXT = fixedText('"}');
const END_OF_TWO = fixedText('}}');
const LAST_FOUR_DIGIT_YEAR_MS = 253_402_300_799_999;

/**
 * The JSON text of a BSON document, byte for byte as MongoDB's Java driver writes it.
 *
 * Each byte is looked at once and no object is made: this is where most of a source's time goes.
 */
export function writeDocument(out: OutputBuffer, source: Buffer, start: number, format: JsonFormat): void {
  const end = lastByteOf(source, start);
  let at = start + 4;
  out.byte(OPEN_BRACE);
  for (let isFirst = true; at < end; isFirst = false) {
    const type = source[at]!;
    const nameEnd = writeName(out, source, at + 1, isFirst);
    at = writeElement(out, source, type, nameEnd + 1, end, format);
  }
  out.byte(CLOSED_BRACE);
}

/** The same as a JavaScript text: for resume tokens and other small documents. */
export function jsonTextOf(document: Buffer, format: JsonFormat): string {
  scratch.drop();
  writeDocument(scratch, document, 0, format);
  return scratch.takeText();
}

/** Texts are only written here and read back at once. */
const scratch = new OutputBuffer();

function writeArray(out: OutputBuffer, source: Buffer, start: number, format: JsonFormat): void {
  const end = lastByteOf(source, start);
  let at = start + 4;
  out.byte(OPEN_BRACKET);
  for (let isFirst = true; at < end; isFirst = false) {
    const type = source[at]!;
    if (!isFirst) out.fixed(COMMA_SPACE);
    at = writeElement(out, source, type, endOfCString(source, at + 1) + 1, end, format);
  }
  out.byte(CLOSED_BRACKET);
}

/** Where the zero byte of a document is, which all of its values end before. */
function lastByteOf(source: Buffer, start: number): number {
  const end = start + lengthAt(source, start);
  if (end > source.length) throw damaged(start);
  return end - 1;
}

/** The JSON text of one value of a document. Returns where the value ends. */
export const writeValue = (out: OutputBuffer, source: Buffer, type: number, at: number, format: JsonFormat): number =>
  writeElement(out, source, type, at, source.length, format);

function writeElement(
  out: OutputBuffer,
  source: Buffer,
  type: number,
  at: number,
  limit: number,
  format: JsonFormat,
): number {
  const end = endBefore(limit, source, type, at);
  switch (type) {
    case BSON_TYPE.string:
      writeText(out, source, at + 4, end - 1);
      break;
    case BSON_TYPE.int32:
      writeInt32(out, source, at, format);
      break;
    case BSON_TYPE.int64:
      writeLong(out, source, at, format);
      break;
    case BSON_TYPE.double:
      writeNumber(out, doubleAt(source, at), format);
      break;
    case BSON_TYPE.document:
      writeDocument(out, source, at, format);
      break;
    case BSON_TYPE.array:
      writeArray(out, source, at, format);
      break;
    case BSON_TYPE.boolean:
      out.fixed(source[at] === 0 ? FALSE : TRUE);
      break;
    case BSON_TYPE.null:
      out.fixed(NULL);
      break;
    case BSON_TYPE.objectId:
      writeObjectId(out, source, at, format);
      break;
    case BSON_TYPE.date:
      writeDate(out, source, at, format);
      break;
    default:
      writeRare(out, source, type, at, end, format);
  }
  return end;
}

function writeRare(out: OutputBuffer, source: Buffer, type: number, at: number, end: number, format: JsonFormat): void {
  switch (type) {
    case BSON_TYPE.decimal128:
      if (format.decimal128 === 'wrapped') out.ascii(`{"$numberDecimal": "${decimal128Text(source, at)}"}`);
      else out.ascii(`"${decimal128Text(source, at)}"`);
      break;
    case BSON_TYPE.timestamp:
      writeTimestamp(out, source, at);
      break;
    case BSON_TYPE.binary:
      writeBinary(out, source, at, end, format);
      break;
    case BSON_TYPE.regex:
      writeRegex(out, source, at, end, format);
      break;
    case BSON_TYPE.code:
      writeWrapped(out, '{"$code": ', source, at + 4, end - 1, '}');
      break;
    case BSON_TYPE.codeWithScope:
      writeCodeWithScope(out, source, at, format);
      break;
    case BSON_TYPE.symbol:
      if (format.symbol === 'wrapped') writeWrapped(out, '{"$symbol": ', source, at + 4, end - 1, '}');
      else writeText(out, source, at + 4, end - 1);
      break;
    case BSON_TYPE.dbPointer:
      writeDbPointer(out, source, at, end, format);
      break;
    case BSON_TYPE.undefined:
      out.ascii('{"$undefined": true}');
      break;
    case BSON_TYPE.minKey:
      out.ascii('{"$minKey": 1}');
      break;
    case BSON_TYPE.maxKey:
      out.ascii('{"$maxKey": 1}');
      break;
    default:
      throw new DataError('CHANGE_EVENT_INVALID', `Expected a BSON type, got ${type} at byte ${at}`);
  }
}

function writeInt32(out: OutputBuffer, source: Buffer, at: number, format: JsonFormat): void {
  const isWrapped = format.int32 === 'wrapped';
  if (isWrapped) out.fixed(NUMBER_INT);
  writeInteger(out, int32At(source, at));
  if (isWrapped) out.fixed(END_OF_TEXT);
}

function writeLong(out: OutputBuffer, source: Buffer, at: number, format: JsonFormat): void {
  const isWrapped = format.int64 === 'wrapped';
  if (isWrapped) out.fixed(NUMBER_LONG);
  writeInt64(out, source, at);
  if (isWrapped) out.fixed(END_OF_TEXT);
}

function writeNumber(out: OutputBuffer, value: number, format: JsonFormat): void {
  const isWrapped = format.double === 'wrapped' || !Number.isFinite(value);
  if (isWrapped) out.fixed(NUMBER_DOUBLE);
  writeDouble(out, value);
  if (isWrapped) out.fixed(END_OF_TEXT);
}

function writeObjectId(out: OutputBuffer, source: Buffer, at: number, format: JsonFormat): void {
  const isWrapped = format.objectId === 'wrapped';
  if (isWrapped) out.fixed(OBJECT_ID);
  else out.byte(QUOTE);
  writeHex(out, source, at, at + 12);
  if (isWrapped) out.fixed(END_OF_TEXT);
  else out.byte(QUOTE);
}

function writeDate(out: OutputBuffer, source: Buffer, at: number, format: JsonFormat): void {
  if (format.date === 'number') {
    out.fixed(DATE);
    writeInt64(out, source, at);
    out.byte(CLOSED_BRACE);
    return;
  }
  const milliseconds = int64At(source, at);
  const isInRange = milliseconds >= 0 && milliseconds <= LAST_FOUR_DIGIT_YEAR_MS;
  if (format.date === 'text') {
    out.byte(QUOTE);
    writeIsoDate(out, milliseconds);
    out.byte(QUOTE);
  } else if (format.date === 'relaxed' && isInRange) {
    out.fixed(DATE_TEXT);
    writeIsoDate(out, milliseconds);
    out.fixed(END_OF_TEXT);
  } else out.ascii(`{"$date": {"$numberLong": "${milliseconds}"}}`);
}

/** Each event has one, so no text is made of it. */
function writeTimestamp(out: OutputBuffer, source: Buffer, at: number): void {
  out.fixed(TIMESTAMP);
  writeInteger(out, source.readUInt32LE(at + 4));
  out.fixed(TIMESTAMP_INCREMENT);
  writeInteger(out, source.readUInt32LE(at));
  out.fixed(END_OF_TWO);
}

function writeBinary(out: OutputBuffer, source: Buffer, at: number, end: number, format: JsonFormat): void {
  const subtype = source[at + 4]!;
  // subtype 2 repeats its length inside of its data; drivers leave that out
  const start = subtype === 2 && end - at >= 9 ? at + 9 : at + 5;
  const subtypeText = subtype.toString(16).toUpperCase().padStart(2, '0');
  out.ascii(
    format.binary === 'wrapped' ? '{"$binary": {"base64": "' : format.binary === 'legacy' ? '{"$binary": "' : '"',
  );
  const base64 = source.toString('base64', start, end);
  out.reserve(base64.length);
  out.at += out.bytes.write(base64, out.at, 'latin1');
  if (format.binary === 'wrapped') out.ascii(`", "subType": "${subtypeText}"}}`);
  else out.ascii(format.binary === 'legacy' ? `", "$type": "${subtypeText}"}` : '"');
}

function writeRegex(out: OutputBuffer, source: Buffer, at: number, end: number, format: JsonFormat): void {
  const patternEnd = endOfCString(source, at);
  const options = Buffer.from([...source.toString('utf8', patternEnd + 1, end - 1)].sort().join(''), 'utf8');
  const isWrapped = format.regex === 'wrapped';
  out.ascii(isWrapped ? '{"$regularExpression": {"pattern": ' : '{"$regex": ');
  writeText(out, source, at, patternEnd);
  out.ascii(isWrapped ? ', "options": ' : ', "$options": ');
  writeText(out, options, 0, options.length);
  out.ascii(isWrapped ? '}}' : '}');
}

function writeCodeWithScope(out: OutputBuffer, source: Buffer, at: number, format: JsonFormat): void {
  const scope = at + 8 + lengthAt(source, at + 4);
  writeWrapped(out, '{"$code": ', source, at + 8, scope - 1, ', "$scope": ');
  writeDocument(out, source, scope, format);
  out.ascii('}');
}

function writeDbPointer(out: OutputBuffer, source: Buffer, at: number, end: number, format: JsonFormat): void {
  const isWrapped = format.dbPointer === 'wrapped';
  writeWrapped(out, isWrapped ? '{"$dbPointer": {"$ref": ' : '{"$ref": ', source, at + 4, end - 13, ', "$id": ');
  writeObjectId(out, source, end - 12, format);
  out.ascii(isWrapped ? '}}' : '}');
}

function writeWrapped(out: OutputBuffer, before: string, source: Buffer, start: number, end: number, after: string) {
  out.ascii(before);
  writeText(out, source, start, end);
  out.ascii(after);
}
