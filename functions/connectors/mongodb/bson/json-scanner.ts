import { DataError } from '../../../connect/errors.ts';
import { type Output, reserve, viewOf } from './output.ts';
import { placeOfFirst, zerosOf } from './word-bytes.ts';

/** Where the reader is in valid UTF-8 text. */
export type Cursor = { readonly bytes: Buffer; readonly view: DataView; at: number };

export const cursorOf = (bytes: Buffer): Cursor => ({ bytes, view: viewOf(bytes), at: 0 });

export const CHAR = {
  quote: 0x22,
  dollar: 0x24,
  apostrophe: 0x27,
  openParenthesis: 0x28,
  closeParenthesis: 0x29,
  comma: 0x2c,
  minus: 0x2d,
  point: 0x2e,
  slash: 0x2f,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  openBracket: 0x5b,
  backslash: 0x5c,
  closeBracket: 0x5d,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const;

/** Never quotes the text: it may hold personal data. */
export const refuse = (cursor: Cursor, expected: string): DataError =>
  new DataError(
    'RECORD_INVALID',
    `Expected ${expected}, got ${cursor.at < cursor.bytes.length ? 'something else' : 'the end'} at byte ${cursor.at} of the JSON text`,
  );

/**
 * Takes `char` and the one blank that nearly all writers put behind it, where they are next; else as `take`.
 */
export function takeSeparator(cursor: Cursor, char: number): boolean {
  const { bytes, at } = cursor;
  if (bytes[at] !== char) return take(cursor, char);
  cursor.at = bytes[at + 1] === 0x20 ? at + 2 : at + 1;
  return true;
}

/** Skips blanks and returns the next byte without taking it, or -1 at the end. */
export function peek(cursor: Cursor): number {
  const { bytes } = cursor;
  const at = skipBlanks(bytes, cursor.at);
  cursor.at = at;
  return at < bytes.length ? bytes[at]! : -1;
}

/** Where the first byte at or behind `from` is that is no blank; maybe the end. */
export function skipBlanks(bytes: Buffer, from: number): number {
  let at = from;
  // nearly every byte that anybody asks about is above all blanks
  while (at < bytes.length && bytes[at]! <= 0x20 && isBlank(bytes[at]!)) at++;
  return at;
}

/** Takes `char`, if it is next. */
export function take(cursor: Cursor, char: number): boolean {
  if (peek(cursor) !== char) return false;
  cursor.at++;
  return true;
}

export function expect(cursor: Cursor, char: number): void {
  if (!take(cursor, char)) throw refuse(cursor, `'${String.fromCharCode(char)}'`);
}

/** Java's whitespace within ASCII. */
const isBlank = (char: number): boolean =>
  char === 0x20 || (char >= 0x09 && char <= 0x0d) || (char >= 0x1c && char <= 0x1f);

export const isDigit = (char: number): boolean => char >= CHAR.zero && char <= CHAR.nine;

const isWordStart = (char: number): boolean =>
  (char >= 0x61 && char <= 0x7a) ||
  (char >= 0x41 && char <= 0x5a) ||
  char === 0x5f ||
  char === CHAR.dollar ||
  char >= 0x80;

/** A name or keyword without quotes: letters, digits, `_` and `$`; empty where there is none. */
export function takeWord(cursor: Cursor): string {
  const { bytes } = cursor;
  const start = cursor.at;
  if (start >= bytes.length || !isWordStart(bytes[start]!)) return '';
  let at = start + 1;
  while (at < bytes.length && (isWordStart(bytes[at]!) || isDigit(bytes[at]!))) at++;
  const word = bytes.toString('utf8', start, at);
  // letters of other scripts are letters; a byte order mark or a dash is not
  if (!/^[\p{L}_$][\p{L}\p{Nd}_$]*$/u.test(word)) throw refuse(cursor, 'a name or a value');
  cursor.at = at;
  return word;
}

/** Copies the text between quotes (`cursor` is behind the opening one) to `out`, escapes resolved, and takes the closing quote. */
export function copyQuoted(cursor: Cursor, out: Output, quote: number): void {
  const { bytes } = cursor;
  for (;;) {
    // what is left is never longer
    reserve(out, bytes.length - cursor.at);
    copyShort(cursor, out, quote);
    if (bytes[cursor.at] !== quote && bytes[cursor.at] !== CHAR.backslash) copyLong(cursor, out, quote);
    if (cursor.at >= bytes.length) throw refuse(cursor, 'the end of a string');
    if (bytes[cursor.at++] === quote) return;
    copyEscape(cursor, out);
  }
}

/** Up to here a loop costs no more than the search and the copy of what is native. */
const SHORT = 128;

/** Copies up to the next quote or backslash, or what is short: by words of four bytes, of which only the first bytes count. */
function copyShort(cursor: Cursor, out: Output, quote: number): void {
  const word = 4;
  const quotes = quote * 0x0101_0101;
  const backslashes = 0x5c5c_5c5c;
  const { bytes, view } = cursor;
  const to = out.view;
  let { at } = cursor;
  let target = out.at;
  const end = Math.min(at + SHORT, bytes.length - word);
  while (at <= end) {
    const next = view.getInt32(at, true);
    const found = zerosOf(next ^ quotes) | zerosOf(next ^ backslashes);
    to.setInt32(target, next, true);
    const count = found === 0 ? word : placeOfFirst(found);
    at += count;
    target += count;
    if (found !== 0) break;
  }
  out.at = target;
  cursor.at = at;
}

/** How far is looked ahead at once: in a text full of escapes the rest is not looked through for each. */
const AHEAD = 4096;

/** Copies up to the next quote or backslash, or the end of all. */
function copyLong(cursor: Cursor, out: Output, quote: number): void {
  const { bytes } = cursor;
  for (;;) {
    const ahead = bytes.subarray(cursor.at, cursor.at + AHEAD);
    const quoteAt = ahead.indexOf(quote);
    const escapeAt = ahead.indexOf(CHAR.backslash);
    const first = quoteAt < 0 || (escapeAt >= 0 && escapeAt < quoteAt) ? escapeAt : quoteAt;
    const length = first < 0 ? ahead.length : first;
    ahead.copy(out.bytes, out.at, 0, length);
    out.at += length;
    cursor.at += length;
    if (length < AHEAD) return;
  }
}

const LETTER_U = 0x75;
const ESCAPED = { "'": 0x27, '"': 0x22, '\\': 0x5c, '/': 0x2f, b: 0x08, f: 0x0c, n: 0x0a, r: 0x0d, t: 0x09 };
/** What the bytes behind a backslash stand for; zero where that is not known. */
const ESCAPES = new Uint8Array(256);
for (const [letter, char] of Object.entries(ESCAPED)) ESCAPES[letter.charCodeAt(0)] = char;

function copyEscape(cursor: Cursor, out: Output): void {
  const letter = cursor.bytes[cursor.at] ?? 0;
  reserve(out, 4);
  if (letter !== LETTER_U) {
    const char = ESCAPES[letter]!;
    if (char === 0) throw refuse(cursor, 'an escape sequence that JSON knows');
    cursor.at++;
    out.bytes[out.at++] = char;
    return;
  }
  const high = takeUnit(cursor);
  const isPair = high >= 0xd800 && high < 0xdc00 && cursor.bytes[cursor.at] === CHAR.backslash;
  if (isPair && cursor.bytes[cursor.at + 1] === LETTER_U) {
    const before = cursor.at;
    cursor.at++;
    const low = takeUnit(cursor);
    if (low >= 0xdc00 && low < 0xe000) {
      out.at += out.bytes.write(String.fromCharCode(high, low), out.at, 'utf8');
      return;
    }
    cursor.at = before;
  }
  writeUnit(high, out);
}

/** The four hexadecimal digits behind `u`. */
function takeUnit(cursor: Cursor): number {
  const digits = cursor.bytes.toString('latin1', cursor.at + 1, cursor.at + 5);
  if (!/^[0-9A-Fa-f]{4}$/.test(digits)) throw refuse(cursor, 'four hexadecimal digits');
  cursor.at += 5;
  return Number.parseInt(digits, 16);
}

/** One UTF-16 unit. A lone surrogate becomes three bytes, as with the peer, though that is not valid UTF-8. */
function writeUnit(unit: number, out: Output): void {
  if (unit < 0x80) out.bytes[out.at++] = unit;
  else if (unit < 0x800) {
    out.bytes[out.at++] = 0xc0 | (unit >> 6);
    out.bytes[out.at++] = 0x80 | (unit & 0x3f);
  } else {
    out.bytes[out.at++] = 0xe0 | (unit >> 12);
    out.bytes[out.at++] = 0x80 | ((unit >> 6) & 0x3f);
    out.bytes[out.at++] = 0x80 | (unit & 0x3f);
  }
}

/** A number's text, whether it is an integer, and what ends it is checked; the cursor is at a digit or a minus. */
export function takeNumber(cursor: Cursor): { text: string; isInteger: boolean } {
  const { bytes } = cursor;
  const start = cursor.at;
  let at = start;
  while (at < bytes.length && isNumberPart(bytes[at]!)) at++;
  const text = bytes.toString('latin1', start, at);
  if (!NUMBER.test(text) || !endsNumber(cursor, at)) throw refuse(cursor, 'a number');
  cursor.at = at;
  return { text, isInteger: INTEGER.test(text) };
}

/** Leading zeros are read; a sign, a point or an exponent needs a digit behind it. */
const NUMBER = /^-?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|Infinity)$/;
const INTEGER = /^-?\d+$/;

/** Whether what is at `at` may stand behind a number: the end, a blank, a comma or what closes something. */
export function endsNumber({ bytes }: Cursor, at: number): boolean {
  if (at >= bytes.length) return true;
  switch (bytes[at]) {
    case CHAR.comma:
    case CHAR.closeBrace:
    case CHAR.closeBracket:
    case CHAR.closeParenthesis:
      return true;
    default:
      return isBlank(bytes[at]!);
  }
}

const isNumberPart = (char: number): boolean =>
  isDigit(char) ||
  char === CHAR.point ||
  char === CHAR.minus ||
  char === 0x2b ||
  (char >= 0x41 && char <= 0x7a && char !== CHAR.openBracket && char !== CHAR.backslash && char !== CHAR.closeBracket);
