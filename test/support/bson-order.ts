import { type Element, elementsOf } from '../../functions/connectors/mongodb/bson/elements.ts';
import { BSON_TYPE } from '../../functions/connectors/mongodb/bson/types.ts';

/** The order of types in the server's index, slow and obvious. */
const ORDER: Readonly<Record<number, number>> = {
  [BSON_TYPE.minKey]: 0,
  [BSON_TYPE.null]: 1,
  [BSON_TYPE.int32]: 2,
  [BSON_TYPE.int64]: 2,
  [BSON_TYPE.double]: 2,
  [BSON_TYPE.decimal128]: 2,
  [BSON_TYPE.string]: 3,
  [BSON_TYPE.symbol]: 3,
  [BSON_TYPE.document]: 4,
  [BSON_TYPE.binary]: 6,
  [BSON_TYPE.objectId]: 7,
  [BSON_TYPE.boolean]: 8,
  [BSON_TYPE.date]: 9,
  [BSON_TYPE.timestamp]: 10,
  [BSON_TYPE.code]: 13,
  [BSON_TYPE.codeWithScope]: 14,
  [BSON_TYPE.maxKey]: 15,
};

export const idOf = (document: Uint8Array): Element => {
  const id = elementsOf(document).find(({ name }) => name === '_id');
  if (!id) throw new TypeError('Expected an _id');
  return id;
};

/** Whether query operators compare the two, and NaN with nothing but itself. */
export const isSameBracket = (a: Element, b: Element): boolean =>
  ORDER[a.type] === ORDER[b.type] && Number.isNaN(numberOf(a)) === Number.isNaN(numberOf(b));

/** As the server sorts them. */
export function compareValues(a: Element, b: Element): number {
  const byType = (ORDER[a.type] ?? 99) - (ORDER[b.type] ?? 99);
  if (byType !== 0) return byType;
  if (a.type === BSON_TYPE.document) return compareFields(elementsOf(a.value), elementsOf(b.value));
  if (ORDER[a.type] === 2) return compareNumbers(numberOf(a), numberOf(b));
  if (a.type === BSON_TYPE.date) return Number(bufferOf(a).readBigInt64LE(0) - bufferOf(b).readBigInt64LE(0));
  // a length first, as binary data is compared; texts end with a zero byte, so what is behind it decides
  if (a.type === BSON_TYPE.binary) return a.value.length - b.value.length || Buffer.compare(a.value, b.value);
  if (a.type === BSON_TYPE.string || a.type === BSON_TYPE.code)
    return Buffer.compare(a.value.subarray(4), b.value.subarray(4));
  if (a.type === BSON_TYPE.timestamp) return Number(bufferOf(a).readBigUInt64LE(0) - bufferOf(b).readBigUInt64LE(0));
  return Buffer.compare(a.value, b.value);
}

const bufferOf = ({ value }: Element) => Buffer.from(value);

function numberOf(element: Element): number {
  if (element.type === BSON_TYPE.int32) return bufferOf(element).readInt32LE(0);
  if (element.type === BSON_TYPE.int64) return Number(bufferOf(element).readBigInt64LE(0));
  return element.type === BSON_TYPE.double ? bufferOf(element).readDoubleLE(0) : 0;
}

const compareNumbers = (a: number, b: number): number => {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
  return a === b ? 0 : a < b ? -1 : 1;
};

function compareFields(a: readonly Element[], b: readonly Element[]): number {
  for (const [index, field] of a.entries()) {
    const other = b[index];
    if (!other) return 1;
    const order =
      (ORDER[field.type] ?? 99) - (ORDER[other.type] ?? 99) ||
      Buffer.compare(Buffer.from(field.name), Buffer.from(other.name)) ||
      compareValues(field, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
