import fc from 'fast-check';
import { BSON, type Document } from 'mongodb';

const { Binary, Decimal128, Double, Int32, Long, ObjectId, Timestamp } = BSON;

const scalar = fc.oneof(
  fc.integer({ min: -5, max: 5 }).map((value) => new Int32(value)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => Long.fromBigInt(value)),
  fc.double({ noNaN: true }).map((value) => new Double(value)),
  fc.string({ maxLength: 5 }),
  fc.boolean(),
  fc.constant(null),
  fc.integer({ min: 0, max: 10 ** 6 }).map((value) => new Date(value * 10 ** 6)),
  fc.constantFrom(
    new ObjectId('5f15aab12435743f9bd126a4'),
    Decimal128.fromString('1.50'),
    new Timestamp({ t: 1, i: 2 }),
  ),
  fc.uint8Array({ maxLength: 5 }).map((value) => new Binary(value, 0)),
);

/** Values and documents of any BSON type whose fields have these names. */
export function documentsWith(name: fc.Arbitrary<string>) {
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'value' },
      scalar,
      fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true, depthIdentifier: 'value' }),
      fc.array(tie('value'), { maxLength: 4, depthIdentifier: 'value' }),
    ),
  }));
  const document = fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true }) as fc.Arbitrary<Document>;
  return { value, document };
}
