import { BSON } from 'mongodb';
import { documentOf, elementsOf, toElement } from '../bson/elements.ts';
import { BSON_TYPE } from '../bson/types.ts';

/**
 * A document as the driver takes it and encodes it again to the same bytes. Objects of JavaScript would put names that
 * are numbers first, and numbers would lose their BSON types.
 */
export const toDriverDocument = (document: Uint8Array): Map<string, unknown> =>
  new Map(elementsOf(document).map(({ name, type, value }) => [name, toDriverValue(type, value)]));

function toDriverValue(type: number, value: Uint8Array): unknown {
  if (type === BSON_TYPE.document) return toDriverDocument(value);
  if (type === BSON_TYPE.array) return elementsOf(value).map((item) => toDriverValue(item.type, item.value));
  return BSON.deserialize(documentOf([toElement('v', type, value)]), EXACT).v;
}

const EXACT = { promoteValues: false, bsonRegExp: true } as const;
