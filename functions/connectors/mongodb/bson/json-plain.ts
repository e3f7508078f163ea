import { toNumber, writeDigits } from './json-numerals.ts';
import { CHAR, type Cursor, isDigit, skipBlanks } from './json-scanner.ts';
import { type Output, reserve, writeInt32 } from './output.ts';
import { BSON_TYPE } from './types.ts';

/** Where a value ends that was written from there, or nowhere. */
type End = number;
const NOWHERE = -1;

/**
 * Behind an opening brace: Extended JSON's objects in the forms that sources write, read from their bytes at once.
 * Nothing, with the cursor where it was, of any other form; `json-extended.ts` knows them all.
 */
export function writePlainExtended(cursor: Cursor, out: Output): number | undefined {
  const { bytes } = cursor;
  const at = skipBlanks(bytes, cursor.at);
  if (bytes[at] !== CHAR.quote || bytes[at + 1] !== CHAR.dollar) return undefined;
  const form = FORMS[bytes[at + 2]!];
  if (!form || !isNext(bytes, at, form.name)) return undefined;
  const before = out.at;
  const valueAt = behindColon(bytes, at + form.name.length);
  const end = valueAt === NOWHERE ? NOWHERE : closed(bytes, form.write(bytes, valueAt, out));
  if (end === NOWHERE) {
    out.at = before;
    return undefined;
  }
  cursor.at = end;
  return form.type;
}

const quoted = (name: string): Buffer => Buffer.from(`"${name}"`, 'latin1');
const LONG = quoted('$numberLong');
const SECONDS = quoted('t');
const INCREMENT = quoted('i');

type Form = {
  readonly name: Buffer;
  readonly type: number;
  readonly write: (bytes: Buffer, at: number, out: Output) => End;
};

/** By the first letter of their names. */
const FORMS: readonly (Form | undefined)[] = Array.from({ length: 256 }, (_, letter) =>
  [
    { name: quoted('$oid'), type: BSON_TYPE.objectId, write: writeHexId },
    { name: LONG, type: BSON_TYPE.int64, write: writeQuotedLong },
    { name: quoted('$date'), type: BSON_TYPE.date, write: writeMillis },
    { name: quoted('$timestamp'), type: BSON_TYPE.timestamp, write: writeTime },
  ].find(({ name }) => name[2] === letter),
);

/** Whether these bytes stand at `at`. */
function isNext(bytes: Buffer, at: number, wanted: Buffer): boolean {
  for (let index = 0; index < wanted.length; index++) if (bytes[at + index] !== wanted[index]) return false;
  return true;
}

function behindColon(bytes: Buffer, at: number): number {
  const colonAt = skipBlanks(bytes, at);
  return bytes[colonAt] === CHAR.colon ? skipBlanks(bytes, colonAt + 1) : NOWHERE;
}

/** Behind the brace that closes the object. */
function closed(bytes: Buffer, at: End): End {
  if (at === NOWHERE) return NOWHERE;
  const braceAt = skipBlanks(bytes, at);
  return bytes[braceAt] === CHAR.closeBrace ? braceAt + 1 : NOWHERE;
}

/** The value of a hexadecimal digit; 255 of any other byte. */
const HEX = Uint8Array.from({ length: 256 }, (_, byte) => {
  const value = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(value) ? 255 : value;
});
const ID_BYTES = 12;

function writeHexId(bytes: Buffer, at: number, out: Output): End {
  const end = at + 1 + 2 * ID_BYTES;
  if (bytes[at] !== CHAR.quote || bytes[end] !== CHAR.quote) return NOWHERE;
  reserve(out, ID_BYTES);
  let { at: target } = out;
  let seen = 0;
  for (let from = at + 1; from < end; from += 2) {
    const high = HEX[bytes[from]!]!;
    const low = HEX[bytes[from + 1]!]!;
    seen |= high | low;
    out.bytes[target++] = (high << 4) | low;
  }
  if (seen > 15) return NOWHERE;
  out.at = target;
  return end + 1;
}

/** As many digits as an integer of 64 bits has at least. */
const MOST_DIGITS = 18;

function writeQuotedLong(bytes: Buffer, at: number, out: Output): End {
  if (bytes[at] !== CHAR.quote) return NOWHERE;
  const isNegative = bytes[at + 1] === CHAR.minus;
  const start = isNegative ? at + 2 : at + 1;
  const end = endOfDigits(bytes, start);
  if (bytes[end] !== CHAR.quote || !isCount(end - start)) return NOWHERE;
  writeDigits(out, bytes, start, end, isNegative);
  return end + 1;
}

/** As a number, or as the object of a long. */
function writeMillis(bytes: Buffer, at: number, out: Output): End {
  if (bytes[at] === CHAR.openBrace) {
    const valueAt = memberAt(bytes, skipBlanks(bytes, at + 1), LONG);
    return valueAt === NOWHERE ? NOWHERE : closed(bytes, writeQuotedLong(bytes, valueAt, out));
  }
  const isNegative = bytes[at] === CHAR.minus;
  const start = isNegative ? at + 1 : at;
  const end = endOfDigits(bytes, start);
  if (!isCount(end - start)) return NOWHERE;
  writeDigits(out, bytes, start, end, isNegative);
  return end;
}

/** Seconds and increment. */
function writeTime(bytes: Buffer, at: number, out: Output): End {
  if (bytes[at] !== CHAR.openBrace) return NOWHERE;
  const secondsAt = memberAt(bytes, skipBlanks(bytes, at + 1), SECONDS);
  const secondsEnd = endOfDigits(bytes, secondsAt);
  const commaAt = skipBlanks(bytes, secondsEnd);
  const incrementAt =
    bytes[commaAt] === CHAR.comma ? memberAt(bytes, skipBlanks(bytes, commaAt + 1), INCREMENT) : NOWHERE;
  const end = endOfDigits(bytes, incrementAt);
  if (secondsAt === NOWHERE || incrementAt === NOWHERE) return NOWHERE;
  if (!isShort(secondsEnd - secondsAt) || !isShort(end - incrementAt)) return NOWHERE;
  writeInt32(out, toNumber(bytes, incrementAt, end));
  writeInt32(out, toNumber(bytes, secondsAt, secondsEnd));
  return closed(bytes, end);
}

/** Where the value of a member begins, if it is the one of that name. */
const memberAt = (bytes: Buffer, at: number, name: Buffer): number =>
  isNext(bytes, at, name) ? behindColon(bytes, at + name.length) : NOWHERE;

/** So many that a double is exact; what is more than 32 bits is cut, as with the general reader. */
const isShort = (digits: number): boolean => digits > 0 && digits <= 15;

const isCount = (digits: number): boolean => digits > 0 && digits <= MOST_DIGITS;

function endOfDigits(bytes: Buffer, start: number): number {
  let at = start;
  while (isDigit(bytes[at]!)) at++;
  return at;
}
