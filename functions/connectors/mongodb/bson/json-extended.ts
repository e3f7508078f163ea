import { DataError } from '../../../connect/errors.ts';
import { parseIsoDate } from './json-dates.ts';
import { CHAR, type Cursor, expect, isDigit, peek, refuse, take, takeNumber, takeWord } from './json-scanner.ts';
import { takeText } from './json-text.ts';
import { writeValue } from './json-to-bson.ts';
import { type Output, writeInt32, writeInt64, writeString } from './output.ts';
import {
  writeBinary,
  writeDecimal,
  writeDoubleText,
  writeInt32Text,
  writeInt64Text,
  writeObjectId,
  writeRegex,
  writeTimestamp,
  writeUuid,
} from './scalars.ts';
import { BSON_TYPE } from './types.ts';

type Reader = (cursor: Cursor, out: Output, depth: number) => number | undefined;

/**
 * Extended JSON's objects that stand for one value. Each reader is behind the name and its colon, and writes the value;
 * those that return nothing leave the object as an ordinary one, as the peer does.
 */
const READERS: Readonly<Record<string, Reader>> = {
  $oid: (cursor, out) => closed(cursor, writeObjectId(out, takeText(cursor))),
  $numberInt: (cursor, out) => closed(cursor, writeInt32Text(out, takeText(cursor))),
  $numberLong: (cursor, out) => closed(cursor, writeInt64Text(out, takeText(cursor))),
  $numberDouble: (cursor, out) => closed(cursor, writeDoubleText(out, takeText(cursor))),
  $numberDecimal: (cursor, out) => closed(cursor, writeDecimal(out, takeText(cursor))),
  $uuid: (cursor, out) => closed(cursor, writeUuid(out, takeText(cursor))),
  $date: readDate,
  $timestamp: readTimestamp,
  $binary: readBinary,
  $type: (cursor, out) => readLegacyBinary(cursor, out, '$type'),
  $regularExpression: readRegularExpression,
  $regex: (cursor, out) => readLegacyRegex(cursor, out, '$regex'),
  $options: (cursor, out) => readLegacyRegex(cursor, out, '$options'),
  $symbol(cursor, out) {
    writeString(out, takeText(cursor));
    return closed(cursor, BSON_TYPE.symbol);
  },
  $code: readCode,
  $dbPointer: readDbPointer,
  $minKey: (cursor) => closed(cursor, takeOne(cursor, BSON_TYPE.minKey)),
  $maxKey: (cursor) => closed(cursor, takeOne(cursor, BSON_TYPE.maxKey)),
  $undefined(cursor) {
    peek(cursor);
    if (takeWord(cursor) !== 'true') throw refuse(cursor, 'true');
    return closed(cursor, BSON_TYPE.undefined);
  },
};

/**
 * Behind an opening brace: writes the one value that an Extended JSON object stands for and returns its type; nothing
 * (with the cursor where it was) where the first name is not one of Extended JSON's.
 */
export function writeExtended(cursor: Cursor, out: Output, depth: number): number | undefined {
  const start = cursor.at;
  const before = out.at;
  const char = peek(cursor);
  const first = char === CHAR.quote || char === CHAR.apostrophe ? cursor.bytes[cursor.at + 1] : char;
  if (first !== CHAR.dollar && first !== CHAR.backslash) return undefined;
  const name = char === first ? takeWord(cursor) : takeText(cursor);
  const reader = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
  if (reader) {
    expect(cursor, CHAR.colon);
    const type = reader(cursor, out, depth);
    if (type !== undefined) return type;
  }
  cursor.at = start;
  out.at = before;
  return undefined;
}

/** Nothing may follow the value inside the object. */
function closed(cursor: Cursor, type: number): number {
  expect(cursor, CHAR.closeBrace);
  return type;
}

function takeOne(cursor: Cursor, type: number): number {
  if (takeInteger(cursor) !== 1n) throw refuse(cursor, '1');
  return type;
}

function takeInteger(cursor: Cursor): bigint {
  const char = peek(cursor);
  const number = isDigit(char) || char === CHAR.minus ? takeNumber(cursor) : undefined;
  if (!number?.isInteger) throw refuse(cursor, 'an integer');
  return BigInt(number.text);
}

/** The next name of the object and its colon. */
function takeName(cursor: Cursor, ...expected: readonly string[]): string {
  const char = peek(cursor);
  const name = char === CHAR.quote || char === CHAR.apostrophe ? takeText(cursor) : takeWord(cursor);
  if (!expected.includes(name)) throw refuse(cursor, expected.join(' or '));
  expect(cursor, CHAR.colon);
  return name;
}

function readDate(cursor: Cursor, out: Output): number {
  const char = peek(cursor);
  if (take(cursor, CHAR.openBrace)) {
    takeName(cursor, '$numberLong');
    writeInt64Text(out, takeText(cursor));
    expect(cursor, CHAR.closeBrace);
  } else if (char === CHAR.quote || char === CHAR.apostrophe) {
    const millis = parseIsoDate(takeText(cursor));
    if (millis === undefined) throw refuse(cursor, 'an ISO date with an offset');
    writeInt64(out, millis);
  } else writeInt64Text(out, String(takeInteger(cursor)));
  return closed(cursor, BSON_TYPE.date);
}

function readTimestamp(cursor: Cursor, out: Output): number {
  expect(cursor, CHAR.openBrace);
  takeName(cursor, 't');
  const seconds = takeInteger(cursor);
  expect(cursor, CHAR.comma);
  takeName(cursor, 'i');
  writeTimestamp(out, seconds, takeInteger(cursor));
  expect(cursor, CHAR.closeBrace);
  return closed(cursor, BSON_TYPE.timestamp);
}

function readBinary(cursor: Cursor, out: Output): number | undefined {
  if (!take(cursor, CHAR.openBrace)) return readLegacyBinary(cursor, out, '$binary');
  const parts = takePair(cursor, 'base64', 'subType', takeSubtypeOrText);
  expect(cursor, CHAR.closeBrace);
  writeBinary(out, Buffer.from(parts[0], 'base64'), Number.parseInt(parts[1], 16));
  return closed(cursor, BSON_TYPE.binary);
}

function readLegacyBinary(cursor: Cursor, out: Output, first: '$binary' | '$type'): number | undefined {
  return orOrdinary(() => {
    const [base64, subtype] = takeRest(cursor, first, '$binary', '$type', takeSubtypeOrText);
    writeBinary(out, Buffer.from(base64, 'base64'), Number.parseInt(subtype, 16));
    return closed(cursor, BSON_TYPE.binary);
  });
}

/** A subtype is hexadecimal text; the old form also has it as a number. */
function takeSubtypeOrText(cursor: Cursor): string {
  const char = peek(cursor);
  return isDigit(char) ? takeInteger(cursor).toString(16) : takeText(cursor);
}

function readRegularExpression(cursor: Cursor, out: Output): number {
  expect(cursor, CHAR.openBrace);
  const [pattern, options] = takePair(cursor, 'pattern', 'options', takeText);
  expect(cursor, CHAR.closeBrace);
  writeRegex(out, pattern, options);
  return closed(cursor, BSON_TYPE.regex);
}

function readLegacyRegex(cursor: Cursor, out: Output, first: '$regex' | '$options'): number | undefined {
  return orOrdinary(() => {
    const [pattern, options] = takeRest(cursor, first, '$regex', '$options', takeText);
    writeRegex(out, pattern, options);
    return closed(cursor, BSON_TYPE.regex);
  });
}

function readCode(cursor: Cursor, out: Output, depth: number): number {
  const code = takeText(cursor);
  if (!take(cursor, CHAR.comma)) {
    writeString(out, code);
    return closed(cursor, BSON_TYPE.code);
  }
  takeName(cursor, '$scope');
  // the length of all, the code, the scope
  const start = out.at;
  writeInt32(out, 0);
  writeString(out, code);
  if (writeValue(cursor, out, depth + 1) !== BSON_TYPE.document) throw refuse(cursor, 'a document as $scope');
  out.bytes.writeInt32LE(out.at - start, start);
  return closed(cursor, BSON_TYPE.codeWithScope);
}

function readDbPointer(cursor: Cursor, out: Output): number {
  expect(cursor, CHAR.openBrace);
  const takeId = (at: Cursor) => {
    expect(at, CHAR.openBrace);
    takeName(at, '$oid');
    const id = takeText(at);
    expect(at, CHAR.closeBrace);
    return id;
  };
  const [namespace, id] = takePair(cursor, '$ref', '$id', (at) =>
    peek(at) === CHAR.openBrace ? takeId(at) : takeText(at),
  );
  expect(cursor, CHAR.closeBrace);
  writeString(out, namespace);
  writeObjectId(out, id);
  return closed(cursor, BSON_TYPE.dbPointer);
}

/** Two members in either order; the result has the order of the arguments. */
function takePair(cursor: Cursor, one: string, other: string, takeValue: (cursor: Cursor) => string): [string, string] {
  const first = takeName(cursor, one, other);
  return takeRest(cursor, first, one, other, takeValue);
}

/** The same, where the first name and its colon are already taken. */
function takeRest(
  cursor: Cursor,
  first: string,
  one: string,
  other: string,
  takeValue: (cursor: Cursor) => string,
): [string, string] {
  const firstValue = takeValue(cursor);
  expect(cursor, CHAR.comma);
  takeName(cursor, first === one ? other : one);
  const secondValue = takeValue(cursor);
  return first === one ? [firstValue, secondValue] : [secondValue, firstValue];
}

/** The old forms of binaries and regular expressions are ordinary objects where they are not complete. */
function orOrdinary(read: () => number): number | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}
