import { DataError } from '../../../../connect/errors.ts';
import { documentOf, type Element, elementOf, elementsOf } from '../../bson/elements.ts';
import { BSON_TYPE } from '../../bson/types.ts';

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
export function parseUpdateDescription(description: Uint8Array, at: string): UpdateDescription {
  const members = elementsOf(description);
  const unknown = members.filter(({ name }) => !KNOWN.includes(name)).map(({ name }) => name);
  if (unknown.length > 0) {
    throw invalid(`no other fields than ${KNOWN.join(', ')} in updateDescription`, unknown.join(', '), at);
  }
  return {
    updated: elementsOf(required(members, 'updatedFields', BSON_TYPE.document, 'a document', at).value),
    removed: elementsOf(required(members, 'removedFields', BSON_TYPE.array, 'an array', at).value).map((element) =>
      textOf(element, 'removedFields', at),
    ),
    truncated: elementsOf(optional(members, 'truncatedArrays', BSON_TYPE.array, 'an array', at)).map((element) =>
      toTruncation(element, at),
    ),
    disambiguated: new Map(
      elementsOf(optional(members, 'disambiguatedPaths', BSON_TYPE.document, 'a document', at)).map((element) => [
        element.name,
        toParts(element, at),
      ]),
    ),
  };
}

function required(members: readonly Element[], name: string, type: number, expected: string, at: string): Element {
  const member = elementOf(members, name);
  if (member?.type === type) return member;
  throw invalid(`updateDescription.${name} to be ${expected}`, member ? `BSON type ${member.type}` : 'nothing', at);
}

const EMPTY = documentOf([]);

const optional = (members: readonly Element[], name: string, type: number, expected: string, at: string) =>
  elementOf(members, name) ? required(members, name, type, expected, at).value : EMPTY;

function textOf(element: Element, where: string, at: string): string {
  if (element.type !== BSON_TYPE.string) {
    throw invalid(`texts in updateDescription.${where}`, `BSON type ${element.type}`, at);
  }
  return Buffer.from(element.value).toString('utf8', 4, element.value.length - 1);
}

function toTruncation(element: Element, at: string): { path: string; size: number } {
  if (element.type !== BSON_TYPE.document) {
    throw invalid('documents in updateDescription.truncatedArrays', `BSON type ${element.type}`, at);
  }
  const members = elementsOf(element.value);
  const path = elementOf(members, 'field');
  const size = elementOf(members, 'newSize');
  const count = size && toInteger(size);
  if (!path || count === undefined || count < 0) {
    throw invalid('field and newSize in updateDescription.truncatedArrays', 'something else', at);
  }
  return { path: textOf(path, 'truncatedArrays', at), size: count };
}

function toInteger({ type, value }: Element): number | undefined {
  const bytes = Buffer.from(value);
  if (type === BSON_TYPE.int32) return bytes.readInt32LE(0);
  if (type === BSON_TYPE.int64) return Number(bytes.readBigInt64LE(0));
  return type === BSON_TYPE.double ? bytes.readDoubleLE(0) : undefined;
}

function toParts(element: Element, at: string): readonly PathPart[] {
  if (element.type !== BSON_TYPE.array) {
    throw invalid('arrays in updateDescription.disambiguatedPaths', `BSON type ${element.type}`, at);
  }
  return elementsOf(element.value).map((part) => toInteger(part) ?? textOf(part, 'disambiguatedPaths', at));
}

const invalid = (expected: string, got: string, at: string): DataError =>
  new DataError('CHANGE_EVENT_INVALID', `Expected ${expected}, got ${got} at ${at}`);
