import { isUtf8 } from 'node:buffer';
import { DataError } from '../../../connect/errors.ts';
import { withoutRepeatedNames } from './elements.ts';
import { writeExtended } from './json-extended.ts';
import { beginNames, endNames, forgetNames, isRepeated, type Names, writeName } from './json-names.ts';
import { writeNumber } from './json-numerals.ts';
import { writePlainExtended } from './json-plain.ts';
import {
  CHAR,
  type Cursor,
  copyQuoted,
  cursorOf,
  expect,
  isDigit,
  peek,
  refuse,
  take,
  takeSeparator,
  takeWord,
} from './json-scanner.ts';
import { beginSteps, innerOf, learn, type Step, takeKnown } from './json-shapes.ts';
import { writeKeyword, writeWord } from './json-words.ts';
import { beginDocument, createOutput, endDocument, type Output, reserve, takeBytes, writtenSince } from './output.ts';
import { BSON_TYPE } from './types.ts';

/** MongoDB takes about a hundred levels; the limit only keeps hostile input from exhausting the stack. */
const MAX_DEPTH = 1000;

/**
 * BSON bytes of the document in `text` (UTF-8), in one pass and without objects, so that every type stays what it is.
 *
 * The language is the peer's: Extended JSON canonical and relaxed, the shell's helpers, names without quotes, trailing
 * commas; of a repeated name the last value wins; what follows the closing brace is ignored.
 *
 * The document is written behind what is in `out`, and stays there.
 *
 * @throws DataError where the text is not such a document.
 */
export function jsonToBson(text: Uint8Array, out: Output = createOutput(text.length + 64)): Buffer {
  const cursor = cursorOf(validUtf8(text));
  const start = out.at;
  forgetNames();
  expect(cursor, CHAR.openBrace);
  if (writeExtended(cursor, out, 0) !== undefined) {
    throw new DataError('RECORD_INVALID', 'Expected a document, got a single value in Extended JSON');
  }
  writeFields(cursor, out, 0, beginSteps());
  return writtenSince(out, start);
}

function validUtf8(text: Uint8Array): Buffer {
  if (!isUtf8(text)) return Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(text), 'utf8');
  return Buffer.isBuffer(text) ? text : Buffer.from(text.buffer, text.byteOffset, text.length);
}

/**
 * The one value of any type that is the whole of `text`, as BSON.
 *
 * @throws DataError where the text is no value, or more than one.
 */
export function jsonToValue(text: string): { readonly type: number; readonly value: Uint8Array } {
  const cursor = cursorOf(Buffer.from(text, 'utf8'));
  const out = createOutput(text.length + 64);
  forgetNames();
  const type = writeValue(cursor, out, 0);
  if (peek(cursor) !== -1) throw refuse(cursor, 'the end');
  return { type, value: takeBytes(out) };
}

/** Writes the value at the cursor, that of the name in `step` where that is known, and returns its BSON type. */
export function writeValue(cursor: Cursor, out: Output, depth: number, step?: Step): number {
  if (depth > MAX_DEPTH) throw refuse(cursor, `at most ${MAX_DEPTH} levels`);
  const char = peek(cursor);
  switch (char) {
    case CHAR.quote:
    case CHAR.apostrophe:
      return writeQuoted(cursor, out, char);
    case CHAR.openBrace:
      cursor.at++;
      return writeObject(cursor, out, depth, step);
    case CHAR.openBracket:
      cursor.at++;
      return writeArray(cursor, out, depth, step);
    default:
      if (isDigit(char) || char === CHAR.minus) return writeNumber(cursor, out);
      return writeKeyword(cursor, out) ?? writeWord(cursor, out, takeValueWord(cursor));
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
  cursor.at++;
  copyQuoted(cursor, out, quote);
  reserve(out, 1);
  out.bytes[out.at++] = 0;
  out.view.setInt32(start, out.at - start - 4, true);
  return BSON_TYPE.string;
}

function writeObject(cursor: Cursor, out: Output, depth: number, step: Step | undefined): number {
  // nearly all documents begin so, and none of them stands for one value
  if (!isPlainNameNext(cursor)) {
    const type = writePlainExtended(cursor, out) ?? writeExtended(cursor, out, depth);
    if (type !== undefined) return type;
  }
  writeFields(cursor, out, depth, innerOf(step));
  return BSON_TYPE.document;
}

function isPlainNameNext({ at, bytes }: Cursor): boolean {
  const second = bytes[at + 1];
  return bytes[at] === CHAR.quote && second !== CHAR.dollar && second !== CHAR.backslash;
}

/**
 * The fields up to and including the closing brace; the opening one is taken. As long as names come that are known behind
 * `first`, nothing is looked through.
 */
function writeFields(cursor: Cursor, out: Output, depth: number, first: Step | undefined): void {
  const start = beginDocument(out);
  let step = first;
  let names: Names | undefined;
  let mayRepeat = false;
  // a quote begins nearly every name, and is no brace
  while (cursor.bytes[cursor.at] === CHAR.quote || !take(cursor, CHAR.closeBrace)) {
    const typeAt = out.at;
    const known = step && takeKnown(cursor, out, step);
    if (known) step = known;
    else {
      names ??= namesUpTo(step);
      const nameAt = cursor.at;
      const hash = takeName(cursor, out);
      const isNew = !isRepeated(names, hash);
      mayRepeat ||= !isNew;
      step = step && isNew ? learn(step, cursor, nameAt, out.at - typeAt - 2, hash) : undefined;
    }
    const type = writeValue(cursor, out, depth + 1, step);
    out.bytes[typeAt] = type;
    // the peer reads on without a comma, too
    takeSeparator(cursor, CHAR.comma);
  }
  if (names) endNames(names);
  endDocument(out, start);
  if (!mayRepeat) return;
  const unique = withoutRepeatedNames(out.bytes.subarray(start, out.at));
  out.bytes.set(unique, start);
  out.at = start + unique.length;
}

/** Those of a document up to a step. */
function namesUpTo(last: Step | undefined): Names {
  const names = beginNames();
  for (let step = last; step?.before; step = step.before) isRepeated(names, step.hash);
  return names;
}

/** Takes a name and its colon, and writes it behind a place for its type; returns its hash. */
function takeName(cursor: Cursor, out: Output): number {
  reserve(out, 1);
  out.at++;
  const hash = writeName(cursor, out);
  if (!takeSeparator(cursor, CHAR.colon)) throw refuse(cursor, "':'");
  return hash;
}

function writeArray(cursor: Cursor, out: Output, depth: number, step: Step | undefined): number {
  const start = beginDocument(out);
  for (let index = 0; !take(cursor, CHAR.closeBracket); index++) {
    const typeAt = out.at;
    writeIndex(out, index);
    const type = writeValue(cursor, out, depth + 1, step);
    out.bytes[typeAt] = type;
    takeSeparator(cursor, CHAR.comma);
  }
  endDocument(out, start);
  return BSON_TYPE.array;
}

/** The name of an array's element, behind a place for its type. */
function writeIndex(out: Output, index: number): void {
  reserve(out, 12);
  const { bytes } = out;
  let at = out.at + 1;
  if (index < 10) bytes[at++] = CHAR.zero + index;
  else at += bytes.write(String(index), at, 'latin1');
  bytes[at++] = 0;
  out.at = at;
}
