import { DataError } from '../../../connect/errors.ts';
import { CHAR, type Cursor, copyQuoted, peek, refuse, takeWord } from './json-scanner.ts';
import { type Output, reserve } from './output.ts';
import { firstBytes, placeOfFirst, zerosOf } from './word-bytes.ts';

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
  const size = out.at - start;
  if (out.bytes.subarray(start, out.at).includes(0)) {
    throw new DataError('RECORD_INVALID', 'Expected a field name without a zero character');
  }
  reserve(out, 4);
  out.bytes[out.at++] = 0;
  return hashOf(out.view, start, size);
}

/** One without escapes: hashed while it is copied, by words of four bytes. Of any other nothing is taken. */
function writePlainName(cursor: Cursor, out: Output): number | undefined {
  const word = 4;
  const quotes = 0x2222_2222;
  const backslashes = 0x5c5c_5c5c;
  const { bytes, view } = cursor;
  reserve(out, bytes.length - cursor.at);
  const to = out.view;
  let target = out.at;
  let hash = 0;
  for (let at = cursor.at + 1; at <= bytes.length - word; at += word) {
    const next = view.getInt32(at, true);
    const ends = zerosOf(next ^ quotes);
    const others = zerosOf(next ^ backslashes) | zerosOf(next);
    if (ends === 0 && others === 0) {
      to.setInt32(target, next, true);
      target += word;
      hash = nextHash(hash, next);
      continue;
    }
    const count = placeOfFirst(ends | others);
    if (bytes[at + count] !== CHAR.quote) return undefined;
    const rest = firstBytes(next, count);
    to.setInt32(target, rest, true);
    out.at = target + count + 1;
    cursor.at = at + count + 1;
    return nextHash(hash, rest);
  }
  return undefined;
}

/** The same hash of a name that is written, with room for a word behind it. */
function hashOf(view: DataView, start: number, size: number): number {
  const word = 4;
  let hash = 0;
  let at = 0;
  for (; at + word <= size; at += word) hash = nextHash(hash, view.getInt32(start + at, true));
  return nextHash(hash, firstBytes(view.getInt32(start + at, true), size - at));
}

const nextHash = (hash: number, word: number): number => Math.imul((hash >>> 15) ^ hash ^ word, 0x9e3779b1);

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
  const bit = 1 << (hash >>> 27);
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
