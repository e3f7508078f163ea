import { elementsOf } from './elements.ts';
import {
  beginDocument,
  createOutput,
  endDocument,
  type Output,
  reserve,
  takeBytes,
  writeBytes,
  writeCString,
} from './output.ts';
import { BSON_TYPE } from './types.ts';

/**
 * A value of a document that may be changed: bytes as they came until somebody looks inside, so that what nobody
 * touches keeps its bytes. Values may be in two documents at once, and then change in both.
 */
export type Value = { readonly type: number; bytes?: Uint8Array; fields?: Fields; items?: Value[] };

/** The fields of a document in their order; names are unique. */
export type Fields = Map<string, Value>;

export const toValue = (type: number, bytes: Uint8Array): Value => ({ type, bytes });

/** The fields of a document, to be read and changed; nothing for other values. */
export function fieldsOf(value: Value): Fields | undefined {
  if (value.type !== BSON_TYPE.document) return undefined;
  value.fields ??= new Map(
    elementsOf(value.bytes!).map((element) => [element.name, toValue(element.type, element.value)]),
  );
  value.bytes = undefined;
  return value.fields;
}

/** The elements of an array, to be read and changed; nothing for other values. */
export function itemsOf(value: Value): Value[] | undefined {
  if (value.type !== BSON_TYPE.array) return undefined;
  value.items ??= elementsOf(value.bytes!).map((element) => toValue(element.type, element.value));
  value.bytes = undefined;
  return value.items;
}

/** The documents that are in a value: itself, or the elements of an array. An array in an array is not looked into. */
export function* documentsIn(value: Value): Generator<Fields> {
  for (const candidate of itemsOf(value) ?? [value]) {
    const fields = fieldsOf(candidate);
    if (fields) yield fields;
  }
}

/** The BSON bytes of a value without its type and name. */
export function bytesOf(value: Value): Uint8Array {
  if (value.bytes) return value.bytes;
  const out = createOutput(256);
  writeValue(out, value);
  return takeBytes(out);
}

function writeValue(out: Output, value: Value): void {
  if (value.bytes) {
    writeBytes(out, value.bytes);
    return;
  }
  const start = beginDocument(out);
  for (const [name, inner] of value.fields ?? []) writeElement(out, name, inner);
  for (const [index, inner] of (value.items ?? []).entries()) writeElement(out, String(index), inner);
  endDocument(out, start);
}

function writeElement(out: Output, name: string, value: Value): void {
  reserve(out, 1);
  out.bytes[out.at++] = value.type;
  writeCString(out, name);
  writeValue(out, value);
}
