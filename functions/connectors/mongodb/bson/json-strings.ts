import type { OutputBuffer } from '../../../connect/output-buffer.ts';
import { endOfCString } from './element-reader.ts';

const HEX = Buffer.from('0123456789abcdef', 'latin1');
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const SPACE = 0x20;
const BACKSLASH = 0x5c;
const REPLACEMENT = 0xfffd;
/** Longest form of one character: two escapes. */
const LONGEST = 12;

/**
 * 1: the byte stands for itself in a JSON text.
 *
 * (A bundle makes variables of constants, so loops take such tables into a constant of their own first: of a variable
 * they would look at each byte whether it still is the same table.)
 */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x7f && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
);

const SHORT_ESCAPES: Readonly<Record<number, string>> = {
  [QUOTE]: '\\"',
  [BACKSLASH]: '\\\\',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  12: '\\f',
  13: '\\r',
};

/** Unicode categories that MongoDB's Java driver writes as they are; all else becomes an escape. */
const RAW = /[\p{Lu}\p{Ll}\p{Lt}\p{Lo}\p{N}\p{Zs}\p{P}\p{Sm}\p{Sc}\p{Sk}\p{So}]/u;
const rawPages: (Uint8Array | undefined)[] = [];

/** Writes the UTF-8 bytes between as a JSON text with its quotes, as MongoDB's Java driver does. */
export function writeText(out: OutputBuffer, source: Buffer, start: number, end: number): void {
  out.reserve(end - start + 2);
  out.bytes[out.at++] = QUOTE;
  // nearly all texts are plain from end to end
  const from = copyPlain(out, source, start, end);
  if (from < end) writeEscaped(out, source, from, end);
  else out.bytes[out.at++] = QUOTE;
}

/** Names up to this length are copied while their end is looked for. */
const SHORT_NAME = 128;
/** Comma, quotes, colon and spaces around a name. */
const SIGNS = 6;

/**
 * Writes the C string that begins at `start` as the name of a member, with the signs around it: `, "name": `. Returns the
 * position of its zero byte.
 */
export function writeName(out: OutputBuffer, source: Buffer, start: number, isFirst: boolean): number {
  out.reserve(SHORT_NAME + SIGNS);
  const plain = PLAIN;
  const { bytes } = out;
  const most = Math.min(start + SHORT_NAME, source.length);
  let { at } = out;
  if (!isFirst) {
    bytes[at++] = COMMA;
    bytes[at++] = SPACE;
  }
  const nameAt = at;
  bytes[at++] = QUOTE;
  for (let from = start; from < most; from++) {
    const byte = source[from]!;
    if (plain[byte] === 1) bytes[at++] = byte;
    else if (byte !== 0) break;
    else {
      bytes[at++] = QUOTE;
      bytes[at++] = COLON;
      bytes[at++] = SPACE;
      out.at = at;
      return from;
    }
  }
  out.at = nameAt;
  const end = endOfCString(source, start);
  writeText(out, source, start, end);
  out.reserve(SIGNS);
  out.bytes[out.at++] = COLON;
  out.bytes[out.at++] = SPACE;
  return end;
}

/** The rest of a text, from its first character that is not plain, and the quote at its end. */
function writeEscaped(out: OutputBuffer, source: Buffer, start: number, end: number): void {
  let from = start;
  while (from < end) {
    // what is left may yet be plain, so there is always room for it
    out.reserve(end - from + LONGEST + 1);
    from = writeCharacter(out, source, from, end);
    from = copyPlain(out, source, from, end);
  }
  out.reserve(1);
  out.bytes[out.at++] = QUOTE;
}

/** Copies up to the first byte that is not plain, for which there is room; returns where that is. */
function copyPlain(out: OutputBuffer, source: Buffer, start: number, end: number): number {
  let from = end - start < LONG ? start : copyWords(out, source, start, end);
  const plain = PLAIN;
  const { bytes } = out;
  let { at } = out;
  while (from < end) {
    const byte = source[from]!;
    if (plain[byte] === 0) break;
    bytes[at++] = byte;
    from++;
  }
  out.at = at;
  return from;
}

/** From so many bytes on, eight at a time are faster than one by one. */
const LONG = 16;
const HIGH_BITS = 0x8080_8080 | 0;
const ONES = 0x0101_0101;
const SPACES = 0x2020_2020;
const QUOTES = 0x2222_2222;
const BACKSLASHES = 0x5c5c_5c5c;

/** The same by eight bytes, as long as all of them are plain. */
function copyWords(out: OutputBuffer, source: Buffer, start: number, end: number): number {
  const from = wordsOf(source);
  const to = out.words;
  const offset = source.byteOffset;
  let at = start + offset;
  let { at: target } = out;
  for (const last = end + offset - 8; at <= last; at += 8) {
    const one = from.getInt32(at, true);
    const two = from.getInt32(at + 4, true);
    if (((highBitsOf(one) | highBitsOf(two)) & HIGH_BITS) !== 0) break;
    to.setInt32(target, one, true);
    to.setInt32(target + 4, two, true);
    target += 8;
  }
  out.at = target;
  return at - offset;
}

/**
 * The high bit of a byte is set where it is not plain: not ASCII, below a space, DEL, a quote or a backslash. (A carry can
 * set that of the byte above a byte that is not plain itself.)
 */
const highBitsOf = (word: number): number =>
  word | (word - SPACES) | (word + ONES) | ((word ^ QUOTES) - ONES) | ((word ^ BACKSLASHES) - ONES);

let viewed: DataView = new DataView(new ArrayBuffer(0));

/** Of the memory that the source is in: that of a whole reply, so that most events find it here. */
function wordsOf(source: Buffer): DataView {
  if (viewed.buffer !== source.buffer) viewed = new DataView(source.buffer);
  return viewed;
}

/** Writes the character that begins at `from`; returns where the next one begins. */
function writeCharacter(out: OutputBuffer, source: Buffer, from: number, end: number): number {
  const first = source[from]!;
  if (first < 0x80) {
    const short = SHORT_ESCAPES[first];
    if (short === undefined) writeEscape(out, first);
    else out.ascii(short);
    return from + 1;
  }
  const { code, length } = decodeCharacter(source, from, end);
  if (code > 0xffff) {
    const offset = code - 0x1_0000;
    writeEscape(out, 0xd800 + (offset >> 10));
    writeEscape(out, 0xdc00 + (offset & 0x3ff));
  } else if (isRaw(code)) writeUtf8(out, code);
  else writeEscape(out, code);
  return from + length;
}

/**
 * Decodes the character that begins at `from` as Java does, which agrees with the WHATWG standard on what a broken sequence is, but for one thing: an
 * encoded surrogate is one replacement character, not three.
 */
export function decodeCharacter(source: Buffer, from: number, end: number): { code: number; length: number } {
  const first = source[from]!;
  const more = continuationsOf(first);
  let code = first & (more === 1 ? 0x1f : more === 2 ? 0x0f : 0x07);
  let length = 1;
  for (; length <= more; length++) {
    const next = from + length < end ? source[from + length]! : 0;
    if ((next & 0xc0) !== 0x80 || (length === 1 && !isSecond(first, next))) break;
    code = (code << 6) | (next & 0x3f);
  }
  const isComplete = more > 0 && length > more && !(code >= 0xd800 && code < 0xe000);
  return { code: isComplete ? code : REPLACEMENT, length };
}

function continuationsOf(first: number): number {
  if (first >= 0xc2 && first < 0xe0) return 1;
  if ((first & 0xf0) === 0xe0) return 2;
  return first >= 0xf0 && first < 0xf5 ? 3 : 0;
}

/** Whether a second byte keeps the character from being overlong or beyond U+10FFFF. */
function isSecond(first: number, second: number): boolean {
  if (first === 0xe0) return second >= 0xa0;
  if (first === 0xf0) return second >= 0x90;
  return first === 0xf4 ? second < 0x90 : true;
}

function isRaw(code: number): boolean {
  const page = code >> 8;
  let flags = rawPages[page];
  if (!flags) {
    flags = Uint8Array.from({ length: 256 }, (_, low) => (RAW.test(String.fromCodePoint((page << 8) | low)) ? 1 : 0));
    rawPages[page] = flags;
  }
  return flags[code & 0xff] === 1;
}

function writeUtf8(out: OutputBuffer, code: number): void {
  const { bytes } = out;
  if (code < 0x800) {
    bytes[out.at++] = 0xc0 | (code >> 6);
  } else {
    bytes[out.at++] = 0xe0 | (code >> 12);
    bytes[out.at++] = 0x80 | ((code >> 6) & 0x3f);
  }
  bytes[out.at++] = 0x80 | (code & 0x3f);
}

function writeEscape(out: OutputBuffer, unit: number): void {
  const { bytes } = out;
  bytes[out.at++] = BACKSLASH;
  bytes[out.at++] = 0x75;
  for (let shift = 12; shift >= 0; shift -= 4) bytes[out.at++] = HEX[(unit >> shift) & 15]!;
}

/** The two digits of each byte, as they lie in memory. */
const HEX_PAIRS = Uint16Array.from({ length: 256 }, (_, byte) => HEX[byte >> 4]! | (HEX[byte & 15]! << 8));

/** Writes bytes as lower-case hexadecimal digits. */
export function writeHex(out: OutputBuffer, source: Buffer, start: number, end: number): void {
  out.reserve((end - start) * 2);
  const pairs = HEX_PAIRS;
  const { words } = out;
  let { at } = out;
  for (let from = start; from < end; from++) {
    words.setUint16(at, pairs[source[from]!]!, true);
    at += 2;
  }
  out.at = at;
}
