import { DataError } from '../../../connect/errors.ts';
import { parseIsoDate } from './json-dates.ts';
import {
  CHAR,
  type Cursor,
  endsNumber,
  expect,
  isDigit,
  peek,
  refuse,
  take,
  takeNumber,
  takeWord,
} from './json-scanner.ts';
import { takeText } from './json-text.ts';
import { type Output, writeByte, writeDouble, writeInt64, writeString } from './output.ts';
import {
  writeBinary,
  writeDecimal,
  writeInt32Text,
  writeInt64Text,
  writeObjectId,
  writeRegex,
  writeTimestamp,
  writeUuid,
} from './scalars.ts';
import { BSON_TYPE } from './types.ts';

const WORD = 4;
const word = (letters: string): number => Buffer.from(letters, 'latin1').readInt32LE();
const TRUE = word('true');
const FALS = word('fals');
const NULL = word('null');

/** The keywords that nearly all are, with nothing but a separator behind; takes nothing of any other word. */
export function writeKeyword(cursor: Cursor, out: Output): number | undefined {
  const { at, bytes, view } = cursor;
  if (at + WORD > bytes.length) return undefined;
  const letters = view.getInt32(at, true);
  const end = letters === FALS && bytes[at + 4] === 0x65 ? at + 5 : at + 4;
  const isBoolean = letters === TRUE || end === at + 5;
  if ((!isBoolean && letters !== NULL) || !endsNumber(cursor, end)) return undefined;
  cursor.at = end;
  if (!isBoolean) return BSON_TYPE.null;
  writeByte(out, letters === TRUE ? 1 : 0);
  return BSON_TYPE.boolean;
}

/** Writes the value that a word stands for: a keyword, or a helper of MongoDB's shell such as `ObjectId("…")`. */
export function writeWord(cursor: Cursor, out: Output, word: string): number {
  switch (word) {
    case 'true':
    case 'false':
      writeByte(out, word === 'true' ? 1 : 0);
      return BSON_TYPE.boolean;
    case 'null':
      return BSON_TYPE.null;
    case 'undefined':
      return BSON_TYPE.undefined;
    case 'NaN':
    case 'Infinity':
      writeDouble(out, Number(word));
      return BSON_TYPE.double;
    case 'MinKey':
      return BSON_TYPE.minKey;
    case 'MaxKey':
      return BSON_TYPE.maxKey;
    case '/':
      return writeRegexLiteral(cursor, out);
    case 'new':
      peek(cursor);
      return writeCall(cursor, out, takeWord(cursor), true);
    default:
      return writeCall(cursor, out, word, false);
  }
}

function writeCall(cursor: Cursor, out: Output, name: string, isNew: boolean): number {
  const helper = Object.hasOwn(HELPERS, name) ? HELPERS[name] : undefined;
  // without `new`, the shell's Date() is a text that depends on the clock
  if (!helper || (name === 'Date' && !isNew)) throw refuse(cursor, 'a value');
  expect(cursor, CHAR.openParenthesis);
  const type = helper(cursor, out);
  expect(cursor, CHAR.closeParenthesis);
  return type;
}

type Helper = (cursor: Cursor, out: Output) => number;

const HELPERS: Readonly<Record<string, Helper>> = {
  ObjectId: (cursor, out) => writeObjectId(out, takeText(cursor)),
  NumberInt: (cursor, out) => writeInt32Text(out, takeNumberOrText(cursor)),
  NumberLong: (cursor, out) => writeInt64Text(out, takeNumberOrText(cursor)),
  NumberDecimal: (cursor, out) => writeDecimal(out, takeNumberOrText(cursor)),
  UUID: (cursor, out) => writeUuid(out, takeText(cursor)),
  GUID: (cursor, out) => writeUuid(out, takeText(cursor)),
  ISODate: writeIsoDate,
  Date: (cursor, out) => (isNumber(cursor) ? writeMillis(cursor, out) : writeIsoDate(cursor, out)),
  BinData(cursor, out) {
    const subtype = takeInteger(cursor);
    expect(cursor, CHAR.comma);
    return writeBinary(out, Buffer.from(takeText(cursor), 'base64'), Number(subtype));
  },
  HexData(cursor, out) {
    const subtype = takeInteger(cursor);
    expect(cursor, CHAR.comma);
    return writeBinary(out, Buffer.from(takeText(cursor), 'hex'), Number(subtype));
  },
  Timestamp(cursor, out) {
    const seconds = takeInteger(cursor);
    expect(cursor, CHAR.comma);
    return writeTimestamp(out, seconds, takeInteger(cursor));
  },
  RegExp(cursor, out) {
    const pattern = takeText(cursor);
    return writeRegex(out, pattern, take(cursor, CHAR.comma) ? takeText(cursor) : '');
  },
  DBPointer(cursor, out) {
    writeString(out, takeText(cursor));
    expect(cursor, CHAR.comma);
    writeObjectId(out, takeText(cursor));
    return BSON_TYPE.dbPointer;
  },
};

const isNumber = (cursor: Cursor): boolean => isDigit(peek(cursor)) || peek(cursor) === CHAR.minus;

const takeNumberOrText = (cursor: Cursor): string => (isNumber(cursor) ? takeNumber(cursor).text : takeText(cursor));

function takeInteger(cursor: Cursor): bigint {
  const number = isNumber(cursor) ? takeNumber(cursor) : undefined;
  if (!number?.isInteger) throw refuse(cursor, 'an integer');
  return BigInt(number.text);
}

function writeMillis(cursor: Cursor, out: Output): number {
  writeInt64Text(out, String(takeInteger(cursor)));
  return BSON_TYPE.date;
}

function writeIsoDate(cursor: Cursor, out: Output): number {
  const millis = parseIsoDate(takeText(cursor));
  if (millis === undefined)
    throw new DataError('RECORD_INVALID', 'Expected an ISO date with an offset, got another text');
  writeInt64(out, millis);
  return BSON_TYPE.date;
}

/** `/pattern/options`: a backslash keeps the character behind it in the pattern, itself included. */
function writeRegexLiteral(cursor: Cursor, out: Output): number {
  const { bytes } = cursor;
  const start = cursor.at + 1;
  let at = start;
  while (at < bytes.length && bytes[at] !== CHAR.slash) at += bytes[at] === CHAR.backslash ? 2 : 1;
  if (at >= bytes.length) throw refuse(cursor, 'the end of a regular expression');
  let end = at + 1;
  while (end < bytes.length && /[a-z]/i.test(String.fromCharCode(bytes[end]!))) end++;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  cursor.at = end;
  return writeRegex(out, text.toString('utf8', start, at), text.toString('utf8', at + 1, end));
}
