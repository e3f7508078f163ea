import { isUtf8 } from 'node:buffer';
import { DataError } from '../errors.ts';

/** A number as it is written, so that no digit is lost. */
export type JsonNumber = { readonly text: string; readonly isIntegral: boolean };

/** A JSON value; objects keep the order of their members, and of two with one name the last. `N` stands for numbers. */
export type Json<N = JsonNumber> = null | boolean | string | N | readonly Json<N>[] | ReadonlyMap<string, Json<N>>;

/** Where the reader is. */
export type Cursor<N = JsonNumber> = {
  readonly text: string;
  at: number;
  readonly numberOf: (text: string, isIntegral: boolean) => N;
};

/** Jackson's limits: deeper or longer is refused. */
const DEEPEST = 1000;
const LONGEST_NUMBER = 1000;

/** Decodes UTF-8, a byte order mark left out. */
export function textOf(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new DataError('RECORD_INVALID', 'Expected JSON text in UTF-8, got other bytes');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/**
 * Reads the first value of a text as Jackson does under Kafka Connect: strict JSON, but with leading zeros, and with
 * anything behind the value. `undefined`: there are only blanks.
 *
 * @throws DataError which never quotes the text: it may hold personal data.
 */
export function readJson<N>(cursor: Cursor<N>): Json<N> | undefined {
  const char = peek(cursor);
  if (Number.isNaN(char)) return undefined;
  const value = readValue(cursor, 0);
  const isWord = (char >= 0x30 && char <= 0x39) || char === MINUS;
  // a number needs a blank behind it, a word only no more letters, and all else ends by itself
  if (isWord && !ENDS_NUMBER.test(cursor.text.charAt(cursor.at))) throw refuse(cursor, 'a blank behind the number');
  return value;
}

/** Skips blanks and returns the next character without taking it; NaN at the end. */
export function peek(cursor: Cursor<unknown>): number {
  const { text } = cursor;
  for (;;) {
    const char = text.charCodeAt(cursor.at);
    if (char !== 0x20 && char !== 0x0a && char !== 0x0d && char !== 0x09) return char;
    cursor.at++;
  }
}

export const QUOTE = 0x22;
const MINUS = 0x2d;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
const ENDS_NUMBER = /^[\s\0]?$/;

export function readValue<N>(cursor: Cursor<N>, depth: number): Json<N> {
  const char = peek(cursor);
  if (char === QUOTE) return readString(cursor);
  if (char === OPEN_BRACE) return readObject(cursor, depth + 1);
  if (char === OPEN_BRACKET) return readArray(cursor, depth + 1);
  return char === MINUS || (char >= 0x30 && char <= 0x39) ? readNumber(cursor) : readWord(cursor);
}

function readObject<N>(cursor: Cursor<N>, depth: number): ReadonlyMap<string, Json<N>> {
  checkDepth(depth);
  const members = new Map<string, Json<N>>();
  cursor.at++;
  if (takes(cursor, CLOSE_BRACE)) return members;
  do {
    const name = readName(cursor);
    members.set(name, readValue(cursor, depth));
  } while (takes(cursor, COMMA));
  expect(cursor, CLOSE_BRACE);
  return members;
}

/** A member's name and the colon behind it. */
export function readName(cursor: Cursor<unknown>): string {
  if (peek(cursor) !== QUOTE) throw refuse(cursor, 'a name in double quotes');
  const name = readString(cursor);
  expect(cursor, COLON);
  return name;
}

function readArray<N>(cursor: Cursor<N>, depth: number): readonly Json<N>[] {
  checkDepth(depth);
  const items: Json<N>[] = [];
  cursor.at++;
  if (takes(cursor, CLOSE_BRACKET)) return items;
  do items.push(readValue(cursor, depth));
  while (takes(cursor, COMMA));
  expect(cursor, CLOSE_BRACKET);
  return items;
}

function checkDepth(depth: number): void {
  if (depth > DEEPEST) {
    throw new DataError('RECORD_INVALID', `Expected at most ${DEEPEST} levels of JSON, got more`);
  }
}

/** Takes `char`, if it is next. */
export function takes(cursor: Cursor<unknown>, char: number): boolean {
  if (peek(cursor) !== char) return false;
  cursor.at++;
  return true;
}

export const takesComma = (cursor: Cursor<unknown>): boolean => takes(cursor, COMMA);

export function expect(cursor: Cursor<unknown>, char: number): void {
  if (!takes(cursor, char)) throw refuse(cursor, `'${String.fromCharCode(char)}'`);
}

function readString(cursor: Cursor<unknown>): string {
  const { text } = cursor;
  const start = cursor.at + 1;
  let hasEscapes = false;
  let at = start;
  for (; ; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) break;
    if (char === BACKSLASH) {
      hasEscapes = true;
      at++;
    } else if (!(char >= 0x20)) {
      cursor.at = at;
      throw refuse(cursor, 'the end of the string or an escape sequence');
    }
  }
  cursor.at = at + 1;
  if (!hasEscapes) return text.slice(start, at);
  try {
    // the grammar of one string is the same for both parsers
    return JSON.parse(text.slice(start - 1, at + 1)) as string;
  } catch {
    cursor.at = start;
    throw refuse(cursor, 'escape sequences that JSON knows');
  }
}

const NUMBER = /-?\d+(\.\d+)?([eE][+-]?\d+)?/y;

function readNumber<N>(cursor: Cursor<N>): N {
  NUMBER.lastIndex = cursor.at;
  const found = NUMBER.exec(cursor.text);
  if (!found || found[0].length > LONGEST_NUMBER || !isRepresentable(found[2])) throw refuse(cursor, 'a number');
  cursor.at = NUMBER.lastIndex;
  return cursor.numberOf(found[0], found[1] === undefined && found[2] === undefined);
}

/** Java's BigDecimal keeps its exponent in 32 bits. */
const isRepresentable = (exponent = 'e0'): boolean => Math.abs(Number(exponent.slice(1))) < 2 ** 31 - LONGEST_NUMBER;

const WORDS = { true: true, false: false, null: null } as const;
const WORD = /[\p{ID_Continue}$]+/uy;

function readWord(cursor: Cursor<unknown>): boolean | null {
  WORD.lastIndex = cursor.at;
  const word = WORD.exec(cursor.text)?.[0] ?? '';
  if (!Object.hasOwn(WORDS, word)) throw refuse(cursor, 'a value');
  cursor.at += word.length;
  return WORDS[word as keyof typeof WORDS];
}

export function refuse(cursor: Cursor<unknown>, expected: string): DataError {
  const got = cursor.at < cursor.text.length ? 'something else' : 'the end';
  return new DataError('RECORD_INVALID', `Expected ${expected}, got ${got} at character ${cursor.at} of the JSON text`);
}
