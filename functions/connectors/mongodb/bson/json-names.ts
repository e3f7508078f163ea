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

/** Hashes of the names of one document, to notice one that comes twice. */
export type Names = { bits: number; readonly few: number[]; many: Set<number> | undefined };

export const createNames = (): Names => ({ bits: 0, few: [], many: undefined });

/** From here on a look at every one costs more than a set. */
const MANY = 64;

/** Notes a name. Whether one with the same hash was there: it may be the same name. */
export function isRepeated(names: Names, hash: number): boolean {
  if (names.many) {
    const { size } = names.many;
    return names.many.add(hash).size === size;
  }
  const bit = 1 << (hash & 31);
  const mayBeThere = (names.bits & bit) !== 0;
  const isThere = mayBeThere && names.few.includes(hash);
  names.bits |= bit;
  names.few.push(hash);
  if (names.few.length === MANY) names.many = new Set(names.few);
  return isThere;
}
