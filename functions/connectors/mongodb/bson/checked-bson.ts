import { isUtf8 } from 'node:buffer';
import { DataError } from '../../../connect/errors.ts';
import { documentOf, type Element, elementsOf, toElement } from './elements.ts';
import { createOutput, takeBytes, writeBytes, writeString } from './output.ts';
import { BSON_TYPE } from './types.ts';

const MAX_DEPTH = 1000;

/**
 * A document from bytes that somebody else wrote: whole, of known types, each name once (the last value wins), its
 * texts valid UTF-8 (broken sequences become U+FFFD). What follows the document is ignored.
 *
 * @throws DataError where the bytes are not a BSON document.
 */
export function checkedBson(bytes: Uint8Array): Uint8Array {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = view.length < 5 ? -1 : view.readInt32LE(0);
  if (length < 5 || length > view.length) {
    throw new DataError('RECORD_INVALID', `Expected a BSON document, got ${view.length} bytes that are none`);
  }
  return checkDocument(view.subarray(0, length), 0);
}

/** Returns the same bytes where nothing has to be changed. */
function checkDocument(bytes: Buffer, depth: number): Uint8Array {
  if (depth > MAX_DEPTH) throw new DataError('RECORD_INVALID', `Expected at most ${MAX_DEPTH} levels of BSON`);
  const elements = elementsOf(bytes);
  const checked = elements.map((element) => checkElement(element, depth));
  const names = new Map(checked.map((element) => [element.name, element] as const));
  if (names.size === elements.length && checked.every((element, index) => element === elements[index])) return bytes;
  return documentOf([...names.values()]);
}

function checkElement(element: Element, depth: number): Element {
  const isNameBroken = !isUtf8(element.bytes.subarray(1, element.bytes.length - element.value.length));
  const value = checkValue(element, depth);
  return value === element.value && !isNameBroken ? element : toElement(element.name, element.type, value);
}

function checkValue({ type, value }: Element, depth: number): Uint8Array {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length);
  switch (type) {
    case BSON_TYPE.document:
    case BSON_TYPE.array: {
      const checked = checkDocument(bytes, depth + 1);
      return checked === bytes ? value : checked;
    }
    case BSON_TYPE.string:
    case BSON_TYPE.symbol:
    case BSON_TYPE.code:
      return checkText(value, bytes);
    case BSON_TYPE.boolean:
      if (bytes[0] !== 0 && bytes[0] !== 1) throw new DataError('RECORD_INVALID', 'Expected a boolean of 0 or 1');
      return value;
    case BSON_TYPE.codeWithScope:
      return checkCodeWithScope(value, bytes, depth);
    default:
      return value;
  }
}

function checkText(value: Uint8Array, bytes: Buffer): Uint8Array {
  const length = bytes.readInt32LE(0);
  if (length < 1 || bytes[3 + length] !== 0)
    throw new DataError('RECORD_INVALID', 'Expected a string that ends with a zero byte');
  const text = bytes.subarray(4, 3 + length);
  if (isUtf8(text)) return value;
  const out = createOutput(text.length * 3);
  writeString(out, text.toString('utf8'));
  return takeBytes(out);
}

function checkCodeWithScope(value: Uint8Array, bytes: Buffer, depth: number): Uint8Array {
  const codeEnd = bytes.length < 14 ? -1 : 8 + bytes.readInt32LE(4);
  if (codeEnd < 9 || codeEnd > bytes.length - 5) throw new DataError('RECORD_INVALID', 'Expected code with a scope');
  const code = bytes.subarray(4, codeEnd);
  const scope = bytes.subarray(codeEnd);
  if (scope.readInt32LE(0) !== scope.length)
    throw new DataError('RECORD_INVALID', 'Expected a scope of its own length');
  const checked = [checkText(code, code), checkDocument(scope, depth + 1)];
  if (checked[0] === code && checked[1] === scope) return value;
  const out = createOutput(bytes.length);
  out.at = 4;
  for (const part of checked) writeBytes(out, part);
  out.bytes.writeInt32LE(out.at, 0);
  return takeBytes(out);
}
