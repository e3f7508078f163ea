import { DataError } from '../../../connect/errors.ts';
import { FIXED_SIZES, VARIABLE } from './fixed-sizes.ts';
import { BSON_TYPE } from './types.ts';

/** Where the C string that begins at `at` ends: the position of its zero byte. */
export function endOfCString(bytes: Buffer, at: number): number {
  let end = at;
  while (bytes[end] !== 0) {
    if (end >= bytes.length) throw damaged(at);
    end++;
  }
  return end;
}

/** Where the value of a BSON type that begins at `at` ends. */
export const endOfValue = (bytes: Buffer, type: number, at: number): number => endBefore(bytes.length, bytes, type, at);

/** The same of a value whose document ends at `limit`. */
export function endBefore(limit: number, bytes: Buffer, type: number, at: number): number {
  const end = at + sizeOfValue(bytes, type, at);
  if (end > limit) throw damaged(at);
  return end;
}

function sizeOfValue(bytes: Buffer, type: number, at: number): number {
  const size = FIXED_SIZES[type]!;
  return size === VARIABLE ? sizeOfVariable(bytes, type, at) : size;
}

function sizeOfVariable(bytes: Buffer, type: number, at: number): number {
  switch (type) {
    case BSON_TYPE.document:
    case BSON_TYPE.array:
    case BSON_TYPE.codeWithScope:
      return lengthAt(bytes, at);
    case BSON_TYPE.string:
    case BSON_TYPE.code:
    case BSON_TYPE.symbol:
      return 4 + lengthAt(bytes, at);
    case BSON_TYPE.binary:
      return 5 + lengthAt(bytes, at);
    case BSON_TYPE.dbPointer:
      return 4 + lengthAt(bytes, at) + 12;
    case BSON_TYPE.regex:
      return endOfCString(bytes, endOfCString(bytes, at) + 1) + 1 - at;
    default:
      throw new DataError('CHANGE_EVENT_INVALID', `Expected a BSON type, got ${type} at byte ${at}`);
  }
}

/** The little-endian length that stands at `at`; never negative. */
export function lengthAt(bytes: Buffer, at: number): number {
  if (at + 4 > bytes.length) throw damaged(at);
  // readInt32LE would look once more whether they are there
  const length = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  if (length < 0) throw damaged(at);
  return length;
}

export const damaged = (at: number) =>
  new DataError('CHANGE_EVENT_INVALID', `Expected a complete BSON document, got one that ends inside byte ${at}`);

/** The documents of a BSON array as they are; `undefined` where an element is not a document. */
export function documentsOf(array: Buffer): (Buffer | undefined)[] {
  const documents: (Buffer | undefined)[] = [];
  let at = 4;
  for (;;) {
    const type = array[at];
    if (type === 0) return documents;
    if (type === undefined) throw damaged(at);
    const start = endOfCString(array, at + 1) + 1;
    at = endOfValue(array, type, start);
    documents.push(type === BSON_TYPE.document ? array.subarray(start, at) : undefined);
  }
}

export type Element = { readonly type: number; readonly start: number; readonly end: number };

/** The first element of that name, as its bytes lie in `document`. */
export function findElement(document: Buffer, name: string): Element | undefined {
  let at = 4;
  for (;;) {
    const type = document[at];
    if (type === 0) return undefined;
    if (type === undefined) throw damaged(at);
    const nameEnd = endOfCString(document, at + 1);
    const start = nameEnd + 1;
    const end = endOfValue(document, type, start);
    if (isName(document, at + 1, nameEnd, name)) return { type, start, end };
    at = end;
  }
}

/** Whether the bytes between are that name, which is ASCII. */
export function isName(bytes: Buffer, start: number, end: number, name: string): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name.charCodeAt(i)) return false;
  return true;
}

/** The text of a string element; `undefined` where it is another type. */
export function textOf(document: Buffer, element: Element | undefined): string | undefined {
  if (element?.type !== BSON_TYPE.string) return undefined;
  return document.toString('utf8', element.start + 4, element.end - 1);
}

/** The bytes of a document element; `undefined` where it is another type. */
export function documentOf(document: Buffer, element: Element | undefined): Buffer | undefined {
  return element?.type === BSON_TYPE.document ? document.subarray(element.start, element.end) : undefined;
}
