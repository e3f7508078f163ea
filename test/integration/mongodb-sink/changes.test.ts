import fc from 'fast-check';
import { BSON, type Collection, type Document } from 'mongodb';
import { expect, inject, test } from 'vitest';
import { watch } from '../mongodb-source/watching.ts';
import { CHANGE_STREAMS, NO_FAILURES, openSinking, type Sinking } from './sinking.ts';

const { Binary, Decimal128, Double, Int32, Long, ObjectId, Timestamp } = BSON;

// a name that is a number is a field in a document and an index in an array
const name = fc.constantFrom('a', 'b', 'c', '0', '1', 'é');
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
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'value' },
    scalar,
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true, depthIdentifier: 'value' }),
    fc.array(tie('value'), { maxLength: 4, depthIdentifier: 'value' }),
  ),
}));
const document = fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true }) as fc.Arbitrary<Document>;
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));

type Change = (collection: Collection<Document>) => Promise<unknown>;

const id = fc.integer({ min: 1, max: 3 });
const byId = (_id: number) => ({ _id }) as Document;
/** An update that does not fit the document it meets fails here and makes no change event. */
const tried = (write: () => Promise<unknown>): Promise<unknown> =>
  write().catch((error: Error) => expect(error.name).toBe('MongoServerError'));

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(id, document).map(
    ([_id, full]): Change =>
      (at) =>
        at.replaceOne(byId(_id), full, { upsert: true }),
  ),
  fc.tuple(id, path, value).map(
    ([_id, to, set]): Change =>
      (at) =>
        tried(() => at.updateOne(byId(_id), { $set: { [to]: set } })),
  ),
  fc.tuple(id, path).map(
    ([_id, to]): Change =>
      (at) =>
        tried(() => at.updateOne(byId(_id), { $unset: { [to]: 1 } })),
  ),
  fc.tuple(id, path, value).map(
    ([_id, to, push]): Change =>
      (at) =>
        tried(() => at.updateOne(byId(_id), { $push: { [to]: push } } as Document)),
  ),
  fc.tuple(id, path, fc.constantFrom(1, -1)).map(
    ([_id, to, end]): Change =>
      (at) =>
        tried(() => at.updateOne(byId(_id), { $pop: { [to]: end } } as Document)),
  ),
  // cuts an array, and may set elements and other fields in the same change
  fc.tuple(id, name, fc.nat(3), value).map(
    ([_id, array, size, set]): Change =>
      (at) =>
        tried(() =>
          at.updateOne(byId(_id), [
            {
              $set: {
                [array]: { $cond: [{ $isArray: `$${array}` }, { $slice: [`$${array}`, size + 1] }, `$${array}`] },
                z: { $literal: set },
              },
            },
          ]),
        ),
  ),
  id.map(
    (_id): Change =>
      (at) =>
        at.deleteOne(byId(_id)),
  ),
);

const RUNS = Number(process.env.TAILRACE_FUZZ_RUNS ?? 25);

test.each(['default', 'updateLookup'])(
  'any changes of a collection are the same changes in another one (full document: %s)',
  async (lookup) => {
    await using sinking = await openSinking({ 'change.data.capture.handler': CHANGE_STREAMS });
    const source = sinking.db.collection<Document>('source');
    await using watching = await watch({
      'connection.uri': inject('services').mongodbUri,
      database: sinking.db.databaseName,
      collection: 'source',
      'poll.await.time.ms': '50',
      'change.stream.show.expanded.events': 'true',
      ...(lookup === 'default' ? {} : { 'change.stream.full.document': lookup }),
    });
    let seen = watching.batches.length;
    let offset = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), async (changes) => {
        for (const apply of changes) await apply(source);
        const mark = `mark ${offset}`;
        await source.replaceOne({ _id: mark as never }, { n: offset }, { upsert: true });
        const values: string[] = [];
        while (!values.at(-1)?.includes(mark)) {
          await watching.next();
          for (const batch of watching.batches.slice(seen))
            values.push(...batch.records.map((record) => String(record.value)));
          seen = watching.batches.length;
        }
        expect(await sinking.put(values, { firstOffset: offset })).toEqual(NO_FAILURES);
        offset += values.length;
        expect(await contents(sinking, 'target', lookup)).toEqual(await contents(sinking, 'source', lookup));
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(await sinking.deadLetters()).toEqual([]);
  },
);

/** Documents with their BSON types; their order of fields where whole documents travel. */
async function contents({ db }: Sinking, collection: string, lookup: string): Promise<unknown[]> {
  const documents = await db
    .collection(collection)
    .find({}, { promoteValues: false, sort: { _id: 1 } })
    .toArray();
  const canonical = BSON.EJSON.stringify(documents, { relaxed: false });
  return lookup === 'default' ? (JSON.parse(canonical) as unknown[]) : [canonical];
}
