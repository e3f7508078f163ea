import { DataError } from '../../../connect/errors.ts';
import { CHAR, type Cursor, copyQuoted, peek, refuse, takeWord } from './json-scanner.ts';
import { type Output, reserve, writeByte } from './output.ts';

/** Writes the name at the cursor and its zero byte. Returns a hash of it: equal names have equal hashes. */
export function writeName(cursor: Cursor, out: Output): number {
  const char = peek(cursor);
  if (char === CHAR.quote) {
    const hash = writePlainName(cursor, out);
    if (hash !== undefined) return hash;
  }
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
    hash = nextHash(hash, byte);
  }
  writeByte(out, 0);
  return hash;
}

/** One without escapes: hashed while it is copied. Of any other nothing is taken. */
function writePlainName(cursor: Cursor, out: Output): number | undefined {
  const { bytes } = cursor;
  reserve(out, bytes.length - cursor.at);
  const to = out.bytes;
  let target = out.at;
  let hash = 0;
  for (let at = cursor.at + 1; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === CHAR.quote) {
      to[target] = 0;
      out.at = target + 1;
      cursor.at = at + 1;
      return hash;
    }
    if (byte === CHAR.backslash || byte === 0) return undefined;
    to[target++] = byte;
    hash = nextHash(hash, byte);
  }
  return undefined;
}

const nextHash = (hash: number, byte: number): number => (Math.imul(hash, 31) + byte) | 0;

/** The hashes of a document's names lie behind those of the documents that it is in: no list is made for any. */
let hashes = new Int32Array(256);
let top = 0;

/** The names of one document so far, to notice one that comes twice: where their hashes begin, and a bit for each. */
export type Names = { readonly start: number; bits: number; many: Set<number> | undefined };

/** Before a text: the one before may have ended anywhere. */
export function forgetNames(): void {
  top = 0;
}

export const beginNames = (): Names => ({ start: top, bits: 0, many: undefined });

/** At the end of the document. */
export function endNames({ start }: Names): void {
  top = start;
}

/** From here on a look at every one costs more than a set. */
const MANY = 64;

/** Notes a name. Whether one with the same hash was there: it may be the same name. */
export function isRepeated(names: Names, hash: number): boolean {
  if (names.many) {
    const { size } = names.many;
    return names.many.add(hash).size === size;
  }
  const { bits, start } = names;
  const bit = 1 << (hash & 31);
  const isThere = (bits & bit) !== 0 && hashes.subarray(start, top).includes(hash);
  names.bits = bits | bit;
  if (top === hashes.length) hashes = withRoom(hashes);
  hashes[top++] = hash;
  if (top - start === MANY) names.many = new Set(hashes.subarray(start, top));
  return isThere;
}

function withRoom(full: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(full.length * 2);
  larger.set(full);
  return larger;
}
