import { Decimal128 } from 'mongodb';
import { bufferOf, elementsOf } from '../bson/elements.ts';
import { BSON_TYPE } from '../bson/types.ts';

/**
 * A text that is the same for values that MongoDB takes for equal, 1 and 1.0 among them. Different values may share
 * one where only a double could tell them apart: that costs a round trip, never the order.
 */
export function comparableOf(type: number, value: Uint8Array): string {
  const bytes = bufferOf(value);
  switch (type) {
    case BSON_TYPE.int32:
      return `n${bytes.readInt32LE(0)}`;
    case BSON_TYPE.int64:
      return `n${Number(bytes.readBigInt64LE(0))}`;
    case BSON_TYPE.double:
      return `n${bytes.readDoubleLE(0) + 0}`;
    case BSON_TYPE.decimal128:
      return `n${Number(new Decimal128(Buffer.from(bytes)).toString()) + 0}`;
    case BSON_TYPE.document:
    case BSON_TYPE.array:
      return `${type}(${elementsOf(bytes)
        .map((element) => `${JSON.stringify(element.name)}:${comparableOf(element.type, element.value)}`)
        .join()})`;
    case BSON_TYPE.symbol:
      return `${BSON_TYPE.string}:${bytes.toString('latin1')}`;
    default:
      return `${type}:${bytes.toString('latin1')}`;
  }
}
