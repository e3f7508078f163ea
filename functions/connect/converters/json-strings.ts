import type { OutputBuffer } from '../output-buffer.ts';

const HEX = Buffer.from('0123456789ABCDEF', 'latin1');
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Longest form of one character: two escapes. */
const LONGEST = 12;
/** From so many characters on a native encoder and a second look at the bytes are no slower. */
const LONG = 4096;

/** The letter behind the backslash; 0 where there is no short escape. */
const SHORT_ESCAPES = new Uint8Array(256);
for (const [char, letter] of ['""', '\\\\', '\bb', '\tt', '\nn', '\ff', '\rr']) {
  SHORT_ESCAPES[char!.charCodeAt(0)] = letter!.charCodeAt(0);
}

/** 1: the byte of a UTF-8 text stands for itself, as Jackson writes it: characters of four bytes become escapes. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0xf0 && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
);

/** Writes a text with its quotes, as Jackson does: what JSON does not need is not escaped, but for surrogates. */
export function writeString(out: OutputBuffer, text: string): void {
  // room for the worst case would be six times a long text
  if (text.length > LONG && text.isWellFormed()) {
    writeUtf8(out, Buffer.from(text, 'utf8'));
    return;
  }
  out.reserve(text.length * 6 + 2);
  const { bytes } = out;
  let { at } = out;
  bytes[at++] = QUOTE;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      if (PLAIN[unit] === 1) bytes[at++] = unit;
      else at = writeEscape(bytes, at, unit);
    } else if (unit < 0x800) {
      bytes[at++] = 0xc0 | (unit >> 6);
      bytes[at++] = 0x80 | (unit & 0x3f);
    } else if (unit >= 0xd800 && unit < 0xe000) {
      at = writeEscape(bytes, at, unit);
    } else {
      bytes[at++] = 0xe0 | (unit >> 12);
      bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
      bytes[at++] = 0x80 | (unit & 0x3f);
    }
  }
  bytes[at++] = QUOTE;
  out.at = at;
}

/** The same for a text that is valid UTF-8 already: it is never decoded. */
export function writeUtf8(out: OutputBuffer, source: Uint8Array): void {
  const end = source.length;
  out.reserve(end + 2);
  out.bytes[out.at++] = QUOTE;
  let from = 0;
  while (from < end) {
    from = copyPlain(out, source, from);
    if (from >= end) break;
    // what is left may yet be plain, so there is always room for it
    out.reserve(end - from + LONGEST + 1);
    const byte = source[from]!;
    if (byte < 0x80) {
      out.at = writeEscape(out.bytes, out.at, byte);
      from++;
    } else from = writeSurrogates(out, source, from);
  }
  out.reserve(1);
  out.bytes[out.at++] = QUOTE;
}

function copyPlain(out: OutputBuffer, source: Uint8Array, start: number): number {
  const { bytes } = out;
  const end = source.length;
  let { at } = out;
  let from = start;
  while (from < end) {
    const byte = source[from]!;
    if (PLAIN[byte] === 0) break;
    bytes[at++] = byte;
    from++;
  }
  out.at = at;
  return from;
}

function writeSurrogates(out: OutputBuffer, source: Uint8Array, from: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = source.subarray(from, from + 4);
  const offset = (((a & 7) << 18) | ((b & 63) << 12) | ((c & 63) << 6) | (d & 63)) - 0x1_0000;
  out.at = writeEscape(out.bytes, out.at, 0xd800 + (offset >> 10));
  out.at = writeEscape(out.bytes, out.at, 0xdc00 + (offset & 0x3ff));
  return from + 4;
}

function writeEscape(bytes: Buffer, start: number, unit: number): number {
  let at = start;
  bytes[at++] = BACKSLASH;
  const short = unit < 0x80 ? SHORT_ESCAPES[unit]! : 0;
  if (short !== 0) {
    bytes[at++] = short;
    return at;
  }
  bytes[at++] = 0x75;
  for (let shift = 12; shift >= 0; shift -= 4) bytes[at++] = HEX[(unit >> shift) & 15]!;
  return at;
}
