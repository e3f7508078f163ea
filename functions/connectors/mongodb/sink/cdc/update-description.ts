import type { SinkRecord } from '../../../../connect/records.ts';
import { type Element, elementOf, elementsOf } from '../../bson/elements.ts';
import { BSON_TYPE } from '../../bson/types.ts';
import { invalid, textOf, unexpected } from './envelope.ts';

/** A name of a field or the index of an element. */
export type PathPart = string | number;

/** What an update changed. Paths are the server's texts; `partsOf` says what they mean. */
export type UpdateDescription = {
  readonly updated: readonly Element[];
  readonly removed: readonly string[];
  readonly truncated: readonly { readonly path: string; readonly size: number }[];
  /** Parts of the paths that can be read in more than one way. */
  readonly disambiguated: ReadonlyMap<string, readonly PathPart[]>;
};

const KNOWN = ['updatedFields', 'removedFields', 'truncatedArrays', 'disambiguatedPaths'];

/** Reads `updateDescription`. @throws DataError where something in it can't be applied: it must not be lost. */
export function parseUpdateDescription(description: Uint8Array, record: SinkRecord): UpdateDescription {
  const members = elementsOf(description);
  const unknown = members.filter(({ name }) => !KNOWN.includes(name)).map(({ name }) => name);
  if (unknown.length > 0) {
    const others = unknown.join(', ');
    throw invalid(record, `Expected no other fields than ${KNOWN.join(', ')} in updateDescription, got ${others}`);
  }
  const documentIn = (name: string) => required(members, name, BSON_TYPE.document, 'a document', record).value;
  const itemsOf = (name: string) => elementsOf(required(members, name, BSON_TYPE.array, 'an array', record).value);
  const isThere = (name: string) => elementOf(members, name) !== undefined;
  return {
    updated: elementsOf(documentIn('updatedFields')),
    removed: itemsOf('removedFields').map((element) => toText(element, 'removedFields', record)),
    truncated: isThere('truncatedArrays')
      ? itemsOf('truncatedArrays').map((element) => toTruncation(element, 'newSize', record))
      : [],
    disambiguated: new Map(
      isThere('disambiguatedPaths')
        ? elementsOf(documentIn('disambiguatedPaths')).map((element) => [element.name, toParts(element, record)])
        : [],
    ),
  };
}

function required(
  members: readonly Element[],
  name: string,
  type: number,
  expected: string,
  record: SinkRecord,
): Element {
  const member = elementOf(members, name);
  if (member?.type === type) return member;
  throw unexpected(record, `updateDescription.${name} to be ${expected}`, member);
}

/** A text of the list `where`. */
export function toText(element: Element, where: string, record: SinkRecord): string {
  if (element.type === BSON_TYPE.string) return textOf(element);
  throw unexpected(record, `texts in updateDescription.${where}`, element);
}

/** An item of `truncatedArrays`; change streams and Debezium call the size by different names. */
export function toTruncation(
  element: Element,
  sizeName: 'newSize' | 'size',
  record: SinkRecord,
): { path: string; size: number } {
  if (element.type !== BSON_TYPE.document) {
    throw unexpected(record, 'documents in updateDescription.truncatedArrays', element);
  }
  const members = elementsOf(element.value);
  const path = elementOf(members, 'field');
  const size = elementOf(members, sizeName);
  const count = size && toInteger(size);
  if (!path || count === undefined || !isSize(count)) {
    throw invalid(record, `Expected field and ${sizeName} in updateDescription.truncatedArrays, got something else`);
  }
  return { path: toText(path, 'truncatedArrays', record), size: count };
}

/** Not more than `$slice` takes. */
const isSize = (count: number): boolean => Number.isInteger(count) && count >= 0 && count <= 0x7fffffff;

function toInteger({ type, value }: Element): number | undefined {
  const bytes = Buffer.from(value);
  if (type === BSON_TYPE.int32) return bytes.readInt32LE(0);
  if (type === BSON_TYPE.int64) return Number(bytes.readBigInt64LE(0));
  return type === BSON_TYPE.double ? bytes.readDoubleLE(0) : undefined;
}

function toParts(element: Element, record: SinkRecord): readonly PathPart[] {
  if (element.type !== BSON_TYPE.array) {
    throw unexpected(record, 'arrays in updateDescription.disambiguatedPaths', element);
  }
  return elementsOf(element.value).map((part) => toInteger(part) ?? toText(part, 'disambiguatedPaths', record));
}
