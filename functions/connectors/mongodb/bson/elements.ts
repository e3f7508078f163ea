import { DataError } from '../../../connect/errors.ts';
import { FIXED_SIZES, VARIABLE } from './fixed-sizes.ts';
import { BSON_TYPE } from './types.ts';

/** One field of a BSON document: its name, type and value, all of them views of the document's bytes. */
export type Element = {
  readonly name: string;
  readonly type: number;
  readonly value: Uint8Array;
  /** Type, name and value as they are in the document. */
  readonly bytes: Uint8Array;
};

/** The fields of a document in its order. @throws DataError where the bytes are not BSON. */
export function elementsOf(document: Uint8Array): Element[] {
  const view = bufferOf(document);
  const end = endOfFields(view);
  const elements: Element[] = [];
  for (let at = 4; at < end; ) {
    const valueAt = valueAtOf(view, at, end);
    const valueEnd = valueEndOf(view, at, valueAt, end);
    elements.push(elementAt(view, view.toString('utf8', at + 1, valueAt - 1), at, valueAt, valueEnd));
    at = valueEnd;
  }
  return elements;
}

/** The value of a field, a view of the document's bytes. */
export type Field = Pick<Element, 'type' | 'value'>;

/** The only field of that name, without taking the others apart. @throws DataError where bytes before it are not BSON. */
export function fieldOf(document: Uint8Array, name: string): Field | undefined {
  const view = bufferOf(document);
  const end = endOfFields(view);
  const at = placeOf(view, name, end);
  if (at < 0) return undefined;
  const valueAt = valueAtOf(view, at, end);
  return { type: view[at]!, value: view.subarray(valueAt, valueEndOf(view, at, valueAt, end)) };
}

/** The same with its name and its bytes as they are in the document. */
export function elementIn(document: Uint8Array, name: string): Element | undefined {
  const view = bufferOf(document);
  const end = endOfFields(view);
  const at = placeOf(view, name, end);
  if (at < 0) return undefined;
  const valueAt = valueAtOf(view, at, end);
  return elementAt(view, name, at, valueAt, valueEndOf(view, at, valueAt, end));
}

/** Whether there is a field of that name. @throws DataError where bytes before it are not BSON. */
export function hasField(document: Uint8Array, name: string): boolean {
  const view = bufferOf(document);
  return placeOf(view, name, endOfFields(view)) >= 0;
}

/** Where the field of that name begins; -1 where there is none. */
function placeOf(view: Buffer, name: string, end: number): number {
  for (let at = 4; at < end; ) {
    const valueAt = valueAtOf(view, at, end);
    if (isNamed(view, at + 1, valueAt - 1, name)) return at;
    at = valueEndOf(view, at, valueAt, end);
  }
  return -1;
}

/** The names of the fields that begin with this character of ASCII. @throws DataError where the bytes are not BSON. */
export function namesThatBegin(document: Uint8Array, character: string): string[] {
  const view = bufferOf(document);
  const end = endOfFields(view);
  const first = character.charCodeAt(0);
  const names: string[] = [];
  for (let at = 4; at < end; ) {
    const valueAt = valueAtOf(view, at, end);
    if (view[at + 1] === first) names.push(view.toString('utf8', at + 1, valueAt - 1));
    at = valueEndOf(view, at, valueAt, end);
  }
  return names;
}

/** Where the fields of a document end: the place of its zero byte. */
function endOfFields(view: Buffer): number {
  const end = lengthAt(view, 0, view.length) - 1;
  if (end < 4 || view[end] !== 0) throw broken('a document that ends with a zero byte');
  return end;
}

/** Where the value of the field at `at` begins, behind its type and its name. */
function valueAtOf(view: Buffer, at: number, end: number): number {
  let nameEnd = at + 1;
  while (view[nameEnd] !== 0) nameEnd++;
  if (nameEnd >= end) throw broken('the end of a field name');
  return nameEnd + 1;
}

function valueEndOf(view: Buffer, at: number, valueAt: number, end: number): number {
  const valueEnd = valueAt + sizeOf(view[at]!, view, valueAt, end);
  if (valueEnd > end) throw broken('a value inside its document');
  return valueEnd;
}

/** Whether these bytes of UTF-8 are that text. Nearly all names are ASCII, and then nothing is decoded. */
export function isNamed(view: Buffer, start: number, end: number, name: string): boolean {
  for (let index = 0; index < name.length; index++) {
    const unit = name.charCodeAt(index);
    if (unit >= 0x80) return view.toString('utf8', start, end) === name;
    if (view[start + index] !== unit) return false;
  }
  return end - start === name.length;
}

const elementAt = (view: Buffer, name: string, at: number, valueAt: number, valueEnd: number): Element => ({
  name,
  type: view[at]!,
  value: view.subarray(valueAt, valueEnd),
  bytes: view.subarray(at, valueEnd),
});

/** The field of that name, the last one if there are several. */
export const elementOf = (elements: readonly Element[], name: string): Element | undefined =>
  elements.findLast((element) => element.name === name);

/** A document of these fields. */
export function documentOf(elements: readonly { readonly bytes: Uint8Array }[]): Buffer {
  const length = elements.reduce((sum, { bytes }) => sum + bytes.length, 5);
  const document = Buffer.allocUnsafe(length);
  document.writeInt32LE(length, 0);
  let at = 4;
  for (const { bytes } of elements) {
    document.set(bytes, at);
    at += bytes.length;
  }
  document[at] = 0;
  return document;
}

/** The document with one more field at its end. */
export function withElement(document: Uint8Array, { bytes }: Element): Buffer {
  const longer = Buffer.allocUnsafe(document.length + bytes.length);
  longer.set(document, 0);
  longer.set(bytes, document.length - 1);
  longer[longer.length - 1] = 0;
  longer.writeInt32LE(longer.length, 0);
  return longer;
}

/** A field of that name with the type and value of another. */
export function toElement(name: string, type: number, value: Uint8Array): Element {
  const encoded = Buffer.from(name, 'utf8');
  if (encoded.includes(0)) throw broken('a field name without a zero character');
  const bytes = Buffer.concat([Buffer.of(type), encoded, Buffer.of(0), value]);
  return { name, type, value, bytes };
}

/** The same document, with of every repeated name the last value at the place of the first. */
export function withoutRepeatedNames(document: Uint8Array): Uint8Array {
  const fields = new Map<string, Element>();
  for (const element of elementsOf(document)) fields.set(element.name, element);
  return documentOf([...fields.values()]);
}

/** The same bytes with the methods of a Buffer. */
export const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

const broken = (expected: string): DataError =>
  new DataError('RECORD_INVALID', `Expected ${expected}, got broken BSON`);

function lengthAt(view: Buffer, at: number, end: number): number {
  if (at + 4 > end) throw broken('four bytes of a length');
  const length = view[at]! | (view[at + 1]! << 8) | (view[at + 2]! << 16) | (view[at + 3]! << 24);
  if (length < 0 || at + length > end) throw broken('a length inside its document');
  return length;
}

/** Bytes of the value of `type` at `at`. */
function sizeOf(type: number, view: Buffer, at: number, end: number): number {
  const fixed = FIXED_SIZES[type]!;
  if (fixed !== VARIABLE) return fixed;
  switch (type) {
    case BSON_TYPE.string:
    case BSON_TYPE.code:
    case BSON_TYPE.symbol:
      return 4 + lengthAt(view, at, end);
    case BSON_TYPE.document:
    case BSON_TYPE.array:
    case BSON_TYPE.codeWithScope:
      return lengthAt(view, at, end);
    case BSON_TYPE.binary:
      return 5 + lengthAt(view, at, end);
    case BSON_TYPE.dbPointer:
      return 16 + lengthAt(view, at, end);
    case BSON_TYPE.regex: {
      const pattern = view.indexOf(0, at);
      const options = pattern < 0 ? -1 : view.indexOf(0, pattern + 1);
      if (options < 0) throw broken('the end of a regular expression');
      return options + 1 - at;
    }
    default:
      throw broken('a type that BSON knows');
  }
}
