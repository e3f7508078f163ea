import { isUtf8 } from 'node:buffer';
import { DataError } from '../../../connect/errors.ts';
import { withoutRepeatedNames } from './elements.ts';
import { writeExtended } from './json-extended.ts';
import {
  CHAR,
  type Cursor,
  copyQuoted,
  expect,
  isDigit,
  peek,
  refuse,
  take,
  takeNumber,
  takeWord,
} from './json-scanner.ts';
import { writeWord } from './json-words.ts';
import {
  beginDocument,
  createOutput,
  endDocument,
  type Output,
  reserve,
  takeBytes,
  writeByte,
  writeDouble,
  writeInt32,
  writeInt64,
} from './output.ts';
import { BSON_TYPE } from './types.ts';

/** MongoDB takes about a hundred levels; the limit only keeps hostile input from exhausting the stack. */
const MAX_DEPTH = 1000;

/**
 * BSON bytes of the document in `text` (UTF-8), in one pass and without objects, so that every type stays what it is.
 *
 * The language is the peer's: Extended JSON canonical and relaxed, the shell's helpers, names without quotes, trailing
 * commas; of a repeated name the last value wins; what follows the closing brace is ignored.
 *
 * @throws DataError where the text is not such a document.
 */
export function jsonToBson(text: Uint8Array): Buffer {
  const bytes = isUtf8(text) ? text : Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(text), 'utf8');
  const cursor: Cursor = { bytes, at: 0 };
  const out = createOutput(bytes.length + 64);
  expect(cursor, CHAR.openBrace);
  if (writeExtended(cursor, out, 0) !== undefined) {
    throw new DataError('RECORD_INVALID', 'Expected a document, got a single value in Extended JSON');
  }
  writeFields(cursor, out, 0);
  return takeBytes(out);
}

/**
 * The one value of any type that is the whole of `text`, as BSON.
 *
 * @throws DataError where the text is no value, or more than one.
 */
export function jsonToValue(text: string): { readonly type: number; readonly value: Uint8Array } {
  const cursor: Cursor = { bytes: Buffer.from(text, 'utf8'), at: 0 };
  const out = createOutput(text.length + 64);
  const type = writeValue(cursor, out, 0);
  if (peek(cursor) !== -1) throw refuse(cursor, 'the end');
  return { type, value: takeBytes(out) };
}

/** Writes the value at the cursor and returns its BSON type. */
export function writeValue(cursor: Cursor, out: Output, depth: number): number {
  if (depth > MAX_DEPTH) throw refuse(cursor, `at most ${MAX_DEPTH} levels`);
  const char = peek(cursor);
  switch (char) {
    case CHAR.quote:
    case CHAR.apostrophe:
      cursor.at++;
      return writeQuoted(cursor, out, char);
    case CHAR.openBrace: {
      cursor.at++;
      const type = writeExtended(cursor, out, depth);
      if (type !== undefined) return type;
      writeFields(cursor, out, depth);
      return BSON_TYPE.document;
    }
    case CHAR.openBracket:
      cursor.at++;
      return writeArray(cursor, out, depth);
    default:
      if (isDigit(char) || char === CHAR.minus) return writeNumber(cursor, out);
      return writeWord(cursor, out, takeValueWord(cursor));
  }
}

/** A regular expression begins with a slash, everything else that is left with a letter. */
function takeValueWord(cursor: Cursor): string {
  if (peek(cursor) === CHAR.slash) return '/';
  const word = takeWord(cursor);
  if (word === '') throw refuse(cursor, 'a value');
  return word;
}

function writeQuoted(cursor: Cursor, out: Output, quote: number): number {
  reserve(out, 4);
  const start = out.at;
  out.at += 4;
  copyQuoted(cursor, out, quote);
  writeByte(out, 0);
  out.bytes.writeInt32LE(out.at - start - 4, start);
  return BSON_TYPE.string;
}

/** The fields up to and including the closing brace; the opening one is taken. */
function writeFields(cursor: Cursor, out: Output, depth: number): void {
  const start = beginDocument(out);
  const seen = new Set<number>();
  let mayRepeat = false;
  while (!take(cursor, CHAR.closeBrace)) {
    reserve(out, 1);
    const typeAt = out.at++;
    const hash = writeName(cursor, out);
    mayRepeat ||= seen.has(hash);
    seen.add(hash);
    expect(cursor, CHAR.colon);
    const type = writeValue(cursor, out, depth + 1);
    out.bytes[typeAt] = type;
    // the peer reads on without a comma, too
    take(cursor, CHAR.comma);
  }
  endDocument(out, start);
  if (!mayRepeat) return;
  const unique = withoutRepeatedNames(out.bytes.subarray(start, out.at));
  out.bytes.set(unique, start);
  out.at = start + unique.length;
}

/** Returns a hash of the name: equal names have equal hashes. */
function writeName(cursor: Cursor, out: Output): number {
  const char = peek(cursor);
  const start = out.at;
  if (char === CHAR.quote || char === CHAR.apostrophe) {
    cursor.at++;
    copyQuoted(cursor, out, char);
  } else {
    const word = takeWord(cursor);
    if (word === '') throw refuse(cursor, 'a name');
    reserve(out, word.length * 3);
    out.at += out.bytes.write(word, out.at, 'utf8');
  }
  let hash = 0;
  for (let at = start; at < out.at; at++) {
    const byte = out.bytes[at]!;
    if (byte === 0) throw new DataError('RECORD_INVALID', 'Expected a field name without a zero character');
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  writeByte(out, 0);
  return hash;
}

function writeArray(cursor: Cursor, out: Output, depth: number): number {
  const start = beginDocument(out);
  for (let index = 0; !take(cursor, CHAR.closeBracket); index++) {
    reserve(out, 12);
    const typeAt = out.at++;
    out.at += out.bytes.write(String(index), out.at, 'latin1');
    out.bytes[out.at++] = 0;
    const type = writeValue(cursor, out, depth + 1);
    out.bytes[typeAt] = type;
    take(cursor, CHAR.comma);
  }
  endDocument(out, start);
  return BSON_TYPE.array;
}

/** An integer is int32 where it fits, else int64; anything with a point or an exponent is a double. */
function writeNumber(cursor: Cursor, out: Output): number {
  const { text, isInteger } = takeNumber(cursor);
  if (!isInteger) {
    writeDouble(out, Number(text));
    return BSON_TYPE.double;
  }
  const number = Number(text);
  if (number === (number | 0)) {
    writeInt32(out, number);
    return BSON_TYPE.int32;
  }
  const exact = BigInt(text);
  if (BigInt.asIntN(64, exact) !== exact) throw refuse(cursor, 'an integer of at most 64 bits');
  writeInt64(out, exact);
  return BSON_TYPE.int64;
}
