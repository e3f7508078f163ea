import fc from 'fast-check';
import { BSON } from 'mongodb';
import { expect, test } from 'vitest';
import {
  bracketNamed,
  bracketOf,
  bracketsBetween,
  toBound,
  toCondition,
} from '../../../../../../functions/connectors/mongodb/source/copy/id-brackets.ts';
import { compareValues, idOf } from '../../../../../support/bson-order.ts';
import { matches } from '../../../../../support/fake-collections.ts';

const { Binary, BSONSymbol, Code, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp } = BSON;

const documentOf = (_id: unknown): Buffer => Buffer.from(BSON.serialize({ _id }));

test.each([
  ['minKey', new MinKey()],
  ['null', null],
  ['nan', Number.NaN],
  ['nan', Decimal128.fromString('NaN')],
  ['number', Decimal128.fromString('-Infinity')],
  ['number', new Double(-0)],
  ['number', new Int32(1)],
  ['number', Long.MAX_VALUE],
  ['string', 'text'],
  ['string', new BSONSymbol('symbol')],
  ['object', { a: 1 }],
  ['binData', new Binary(Buffer.of(1))],
  ['objectId', new ObjectId()],
  ['boolean', false],
  ['oldDate', new Date(-1)],
  ['date', new Date(0)],
  ['timestamp', new Timestamp({ t: 1, i: 1 })],
  ['code', new Code('x')],
  ['other', new Code('x', { a: 1 })],
  ['maxKey', new MaxKey()],
])('%s: %s', (bracket, id) => {
  expect(bracketOf(documentOf(id))).toBe(bracket);
});

const id = fc.oneof(
  fc.constantFrom(new MinKey(), null, Number.NaN, new MaxKey(), true, false),
  fc.double({ noNaN: true }).map((value) => new Double(value)),
  fc.integer().map((value) => new Int32(value)),
  fc.bigInt({ min: -(2n ** 52n), max: 2n ** 52n }).map((value) => Long.fromBigInt(value)),
  fc.string(),
  fc.dictionary(
    fc.string({ minLength: 1 }).filter((name) => /^[a-z]/.test(name)),
    fc.string(),
    { maxKeys: 2 },
  ),
  fc.uint8Array({ maxLength: 4 }).map((bytes) => new Binary(Buffer.from(bytes))),
  fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new ObjectId(bytes)),
  fc.date({ noInvalidDate: true }),
  fc.record({ t: fc.nat(), i: fc.nat() }).map((time) => new Timestamp(time)),
);

test('ranges of all brackets find each _id once, wherever they are cut', () => {
  fc.assert(
    fc.property(fc.array(id, { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 4 }), (ids, size) => {
      const documents = ids.map(documentOf).sort((a, b) => compareValues(idOf(a), idOf(b)));
      const found: Buffer[] = [];
      const find = (condition: unknown) => documents.filter((each) => matches(idOf(each), { _id: condition }));
      for (const bracket of bracketsBetween(documents[0]!, documents.at(-1)!)) {
        let from: Buffer | undefined;
        do {
          const cut = find(toCondition(bracket, from, undefined))[size - 1];
          const to = bracket.isOrdered && cut ? toBound(cut) : undefined;
          found.push(...find(toCondition(bracket, from, to)));
          from = to;
        } while (from);
      }
      expect(found.map((each) => each.toString('hex'))).toEqual(documents.map((each) => each.toString('hex')));
    }),
  );
});

test.each([
  ['names that look like numbers would change places', { b: 1, 1: 1 }],
  ['and further in', { a: { 2: 'x', 1: 'y' } }],
])('an _id that a command could not carry is no place: %s', (_, value) => {
  // an object of JavaScript has such names first, so they are written in the order of the text
  const names = new Map(Object.entries(value).reverse());
  const nested = new Map([...names].map(([name, each]) => [name, typeof each === 'object' ? reversed(each) : each]));
  expect(toBound(documentOf(nested))).toBeUndefined();
});

const reversed = (value: object) => new Map(Object.entries(value).reverse());

test('a date beyond those of JavaScript is no place', () => {
  const document = documentOf(new Date(0));
  document.writeBigInt64LE(-(2n ** 62n), 9);
  expect(bracketOf(document)).toBe('oldDate');
  expect(toBound(document)).toBeUndefined();
});

test('a place is the _id alone, as its bytes are', () => {
  const document = Buffer.from(BSON.serialize({ first: 1, _id: 'x', last: 1 }));
  expect(toBound(document)).toEqual(documentOf('x'));
});

test('old dates are bounded from above, all others from below', () => {
  expect(toCondition(bracketNamed('oldDate'), toBound(documentOf(new Date(-5))), undefined)).toEqual({
    $gt: new Date(-5),
    $lt: new Date(0),
  });
  expect(toCondition(bracketNamed('string'), undefined, toBound(documentOf('x')))).toEqual({ $gte: '', $lte: 'x' });
});
