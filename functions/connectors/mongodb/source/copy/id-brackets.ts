import { BSON, type Document } from 'mongodb';
import { type Element, findElement } from '../../bson/element-reader.ts';
import { BSON_TYPE } from '../../bson/types.ts';

/**
 * A part of the `_id`s of a collection inside of which the server compares them with each other.
 *
 * Query operators stay inside one type, so a range that spans types can't be asked for with them on every server
 * (`$expr` could, but has no index before MongoDB 5 and on services that speak its protocol; `min` and `max` are for
 * `find` only). So a collection is copied one bracket after another.
 */
export type Bracket = {
  readonly name: BracketName;
  /** Finds all of it, by the index of `_id`. */
  readonly all: unknown;
  /** Whether it can be cut into ranges; otherwise it is one value, or of types that the driver can't write exactly. */
  readonly isOrdered: boolean;
};

/** In the order of the index. An array, a regular expression or undefined can't be an `_id`. */
const BRACKETS = [
  { name: 'minKey', isOrdered: false, all: new BSON.MinKey() },
  { name: 'null', isOrdered: false, all: null },
  // comes before all numbers, and no comparison but with itself finds it
  { name: 'nan', isOrdered: false, all: Number.NaN },
  { name: 'number', isOrdered: true, all: { $gte: Number.NEGATIVE_INFINITY } },
  { name: 'string', isOrdered: true, all: { $gte: '' } },
  { name: 'object', isOrdered: true, all: { $gte: {} } },
  { name: 'binData', isOrdered: true, all: { $gte: new BSON.Binary(Buffer.alloc(0)) } },
  { name: 'objectId', isOrdered: true, all: { $gte: new BSON.ObjectId('0'.repeat(24)) } },
  { name: 'boolean', isOrdered: true, all: { $gte: false } },
  // the earliest date of BSON is none of JavaScript's, so the old ones are bounded from above
  { name: 'oldDate', isOrdered: true, all: { $lt: new Date(0) } },
  { name: 'date', isOrdered: true, all: { $gte: new Date(0) } },
  { name: 'timestamp', isOrdered: true, all: { $gte: new BSON.Timestamp(0n) } },
  { name: 'code', isOrdered: true, all: { $gte: new BSON.Code('') } },
  { name: 'other', isOrdered: false, all: { $type: ['dbPointer', 'javascriptWithScope'] } },
  { name: 'maxKey', isOrdered: false, all: new BSON.MaxKey() },
] as const satisfies readonly { name: string; isOrdered: boolean; all: unknown }[];

export type BracketName = (typeof BRACKETS)[number]['name'];

/** A document that has just an `_id`, as its bytes: a place in the order of a bracket. */
export type Bound = Buffer;

export function bracketNamed(name: BracketName): Bracket {
  const bracket = BRACKETS[placeOf(name)];
  if (!bracket) throw new TypeError(`Expected the name of a bracket, got ${name}`);
  return bracket;
}

/** The brackets from that of the first `_id` of a collection to that of its last one. */
export function bracketsBetween(first: Bound, last: Bound): readonly Bracket[] {
  return BRACKETS.slice(placeOf(bracketOf(first)), placeOf(bracketOf(last)) + 1);
}

export const isBehind = (name: BracketName, other: BracketName): boolean => placeOf(name) > placeOf(other);

const placeOf = (wanted: BracketName): number => BRACKETS.findIndex(({ name }) => name === wanted);

/** The condition on `_id` for what of a bracket is behind `from` and not behind `to`. */
export function toCondition({ all }: Bracket, from: Bound | undefined, to: Bound | undefined): unknown {
  if (!from && !to) return all;
  return {
    ...(from ? atMostOf(all) : (all as Document)),
    ...(from && { $gt: idOf(from) }),
    ...(to && { $lte: idOf(to) }),
  };
}

/** A lower end gives way to `$gt`, an upper one stays. */
const atMostOf = (all: unknown): Document => {
  const { $lt } = all as { $lt?: unknown };
  return $lt === undefined ? {} : { $lt };
};

/**
 * The place of an `_id`, or nothing where a command of the driver would have another one in it: names that look like
 * numbers change their order in an object, dates beyond JavaScript's are lost.
 */
export function toBound(document: Buffer, id: Element | undefined = findElement(document, '_id')): Bound | undefined {
  if (!id) return undefined;
  const bound = Buffer.alloc(id.end - id.start + BOUND_BYTES);
  bound.writeInt32LE(bound.length, 0);
  bound[4] = id.type;
  bound.write('_id\0', 5, 'latin1');
  document.copy(bound, 9, id.start, id.end);
  return isExact(bound) ? bound : undefined;
}

const BOUND_BYTES = 10;

function isExact(bound: Bound): boolean {
  try {
    return bound.equals(BSON.serialize({ _id: idOf(bound) }, { ignoreUndefined: false }));
  } catch {
    // what can't be read can't be written either
    return false;
  }
}

const idOf = (bound: Bound): unknown =>
  BSON.deserialize(bound, { promoteValues: false, promoteBuffers: false, bsonRegExp: true })._id;

/** The bracket of the `_id` of a document. */
export function bracketOf(document: Buffer): BracketName {
  const id = findElement(document, '_id');
  if (!id) return 'null';
  switch (id.type) {
    case BSON_TYPE.double:
      return Number.isNaN(document.readDoubleLE(id.start)) ? 'nan' : 'number';
    case BSON_TYPE.decimal128:
      // the five highest bits behind the sign are 1
      return ((document[id.end - 1] ?? 0) & 0x7c) === 0x7c ? 'nan' : 'number';
    case BSON_TYPE.date:
      return document.readBigInt64LE(id.start) < 0n ? 'oldDate' : 'date';
    default:
      return BY_TYPE.get(id.type) ?? 'other';
  }
}

const BY_TYPE: ReadonlyMap<number, BracketName> = new Map([
  [BSON_TYPE.minKey, 'minKey'],
  [BSON_TYPE.null, 'null'],
  [BSON_TYPE.int32, 'number'],
  [BSON_TYPE.int64, 'number'],
  [BSON_TYPE.string, 'string'],
  [BSON_TYPE.symbol, 'string'],
  [BSON_TYPE.document, 'object'],
  [BSON_TYPE.binary, 'binData'],
  [BSON_TYPE.objectId, 'objectId'],
  [BSON_TYPE.boolean, 'boolean'],
  [BSON_TYPE.timestamp, 'timestamp'],
  [BSON_TYPE.code, 'code'],
  [BSON_TYPE.maxKey, 'maxKey'],
]);
