import { EXACT_DIGITS, LONG_DIGITS, takeDigits, writeDigits, writeWhole } from './json-numerals.ts';
import { CHAR, type Cursor, peek, take, takeSeparator } from './json-scanner.ts';
import { type Output, reserve, writeInt32 } from './output.ts';
import { BSON_TYPE } from './types.ts';

/**
 * Behind an opening brace: Extended JSON's objects in the forms that sources write, read from their bytes at once.
 * Nothing, with the cursor where it was, of any other form; `json-extended.ts` knows them all.
 */
export function writePlainExtended(cursor: Cursor, out: Output): number | undefined {
  const { at: start, bytes } = cursor;
  const before = out.at;
  if (peek(cursor) !== CHAR.quote || bytes[cursor.at + 1] !== CHAR.dollar) return undefined;
  const form = FORMS[bytes[cursor.at + 2]!];
  if (form && takeName(cursor, form.name) && form.write(cursor, out) && take(cursor, CHAR.closeBrace)) return form.type;
  cursor.at = start;
  out.at = before;
  return undefined;
}

const quoted = (name: string): Buffer => Buffer.from(`"${name}"`, 'latin1');
const LONG = quoted('$numberLong');
const SECONDS = quoted('t');
const INCREMENT = quoted('i');

type Form = {
  readonly name: Buffer;
  readonly type: number;
  /** Takes the value, and writes it; whether it was one of this form. */
  readonly write: (cursor: Cursor, out: Output) => boolean;
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

/** Takes a name and its colon, and the blanks behind. */
function takeName(cursor: Cursor, name: Buffer): boolean {
  const { at, bytes } = cursor;
  for (let index = 0; index < name.length; index++) if (bytes[at + index] !== name[index]) return false;
  cursor.at = at + name.length;
  if (!takeSeparator(cursor, CHAR.colon)) return false;
  peek(cursor);
  return true;
}

/** The value of a hexadecimal digit; 255 of any other byte. */
const HEX = Uint8Array.from({ length: 256 }, (_, byte) => {
  const value = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(value) ? 255 : value;
});
const ID_BYTES = 12;

function writeHexId(cursor: Cursor, out: Output): boolean {
  const { at, bytes } = cursor;
  const end = at + 1 + 2 * ID_BYTES;
  if (bytes[at] !== CHAR.quote || bytes[end] !== CHAR.quote) return false;
  reserve(out, ID_BYTES);
  const to = out.bytes;
  let { at: target } = out;
  let seen = 0;
  for (let from = at + 1; from < end; from += 2) {
    const high = HEX[bytes[from]!]!;
    const low = HEX[bytes[from + 1]!]!;
    seen |= high | low;
    to[target++] = (high << 4) | low;
  }
  out.at = target;
  cursor.at = end + 1;
  return seen <= 15;
}

/** A blank between the digits and the quote is one of the text, which is no number then. */
function writeQuotedLong(cursor: Cursor, out: Output): boolean {
  return take(cursor, CHAR.quote) && writeLong(cursor, out) && cursor.bytes[cursor.at++] === CHAR.quote;
}

function writeLong(cursor: Cursor, out: Output): boolean {
  const { bytes } = cursor;
  const isNegative = bytes[cursor.at] === CHAR.minus;
  if (isNegative) cursor.at++;
  const start = cursor.at;
  const value = takeDigits(cursor);
  const digits = cursor.at - start;
  if (digits === 0 || digits > LONG_DIGITS) return false;
  if (digits <= EXACT_DIGITS) writeWhole(out, isNegative ? -value : value);
  else writeDigits(out, bytes, start, cursor.at, isNegative);
  return true;
}

/** As a number, or as the object of a long. */
function writeMillis(cursor: Cursor, out: Output): boolean {
  if (!take(cursor, CHAR.openBrace)) return writeLong(cursor, out);
  peek(cursor);
  return takeName(cursor, LONG) && writeQuotedLong(cursor, out) && take(cursor, CHAR.closeBrace);
}

/** Seconds and increment; what is more than 32 bits is cut, as with the general reader. */
function writeTime(cursor: Cursor, out: Output): boolean {
  const seconds = take(cursor, CHAR.openBrace) ? takeCount(cursor, SECONDS) : undefined;
  if (seconds === undefined || !take(cursor, CHAR.comma)) return false;
  const increment = takeCount(cursor, INCREMENT);
  if (increment === undefined) return false;
  writeInt32(out, increment);
  writeInt32(out, seconds);
  return take(cursor, CHAR.closeBrace);
}

/** The number of the member of that name. */
function takeCount(cursor: Cursor, name: Buffer): number | undefined {
  peek(cursor);
  if (!takeName(cursor, name)) return undefined;
  const start = cursor.at;
  const value = takeDigits(cursor);
  const digits = cursor.at - start;
  return digits > 0 && digits <= EXACT_DIGITS ? value : undefined;
}
