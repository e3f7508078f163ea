import fc from 'fast-check';
import { BSON, type Collection, type Document } from 'mongodb';
import { expect, inject, test } from 'vitest';
import { watch } from '../mongodb-source/watching.ts';
import { documentsWith } from './random-documents.ts';
import { CHANGE_STREAMS, NO_FAILURES, openSinking, type Sinking } from './sinking.ts';

// a name that is a number is a field in a document and an index in an array
const name = fc.constantFrom('a', 'b', 'c', '0', '1', 'é');
const { document, value } = documentsWith(name);
// the local database describes no change of such a field right, so their documents only come and go
const odd = documentsWith(fc.constantFrom('a', '0', 'a.b', '$a', ''));
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));

/** `base`: from where on the documents of its case are numbered. */
type Change = (collection: Collection<Document>, base: number) => Promise<unknown>;

const id = fc.integer({ min: 1, max: 3 });
const byId = (_id: number) => ({ _id }) as Document;
/** An update that does not fit the document it meets fails here and makes no change event. */
const tried = (write: () => Promise<unknown>): Promise<unknown> =>
  write().catch((error: Error) => expect(error.name).toBe('MongoServerError'));

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(id, document).map(
    ([_id, full]): Change =>
      (at, base) =>
        at.replaceOne(byId(base + _id), full, { upsert: true }),
  ),
  fc.tuple(id, path, value).map(
    ([_id, to, set]): Change =>
      (at, base) =>
        tried(() => at.updateOne(byId(base + _id), { $set: { [to]: set } })),
  ),
  fc.tuple(id, path).map(
    ([_id, to]): Change =>
      (at, base) =>
        tried(() => at.updateOne(byId(base + _id), { $unset: { [to]: 1 } })),
  ),
  fc.tuple(id, path, value).map(
    ([_id, to, push]): Change =>
      (at, base) =>
        tried(() => at.updateOne(byId(base + _id), { $push: { [to]: push } } as Document)),
  ),
  fc.tuple(id, path, fc.constantFrom(1, -1)).map(
    ([_id, to, end]): Change =>
      (at, base) =>
        tried(() => at.updateOne(byId(base + _id), { $pop: { [to]: end } } as Document)),
  ),
  // cuts an array, at the top or below, and may set elements and other fields in the same change
  fc.tuple(id, name, fc.option(name), fc.nat(3), value).map(([_id, above, below, size, set]): Change => {
    const array = below === null ? above : `${above}.${below}`;
    const cut = { $cond: [{ $isArray: `$${array}` }, { $slice: [`$${array}`, size + 1] }, { $literal: set }] };
    return (at, base) =>
      tried(() => at.updateOne(byId(base + _id), [{ $set: { [array]: cut, z: { $literal: set } } }]));
  }),
  // any other document in place of this one, told as an update
  fc.tuple(id, document).map(
    ([_id, other]): Change =>
      (at, base) =>
        tried(() =>
          at.updateOne(byId(base + _id), [{ $replaceWith: { $mergeObjects: [{ $literal: other }, { _id: '$_id' }] } }]),
        ),
  ),
  fc.tuple(id, fc.array(name, { minLength: 1, maxLength: 2 })).map(
    ([_id, names]): Change =>
      (at, base) =>
        tried(() => at.updateOne(byId(base + _id), [{ $unset: names }])),
  ),
  fc.tuple(fc.integer({ min: 4, max: 6 }), odd.document).map(
    ([_id, other]): Change =>
      async (at, base) => {
        await at.deleteOne(byId(base + _id));
        await at.insertOne({ _id: base + _id, ...other } as Document);
      },
  ),
  id.map(
    (_id): Change =>
      (at, base) =>
        at.deleteOne(byId(base + _id)),
  ),
);

/** Cases that go through the source and the sink together, each with documents of its own. */
const TOGETHER = 10;
const cases = fc.array(fc.array(change, { minLength: 1, maxLength: 12 }), { minLength: TOGETHER, maxLength: TOGETHER });
/** Half of the cases with updates as they are, half with whole documents. */
const RUNS = Math.ceil(Number(process.env.TAILRACE_FUZZ_CASES ?? 100) / 2 / TOGETHER);

/** The changes of one case one after the other. */
async function applyCase(changes: readonly Change[], source: Collection<Document>, base: number): Promise<void> {
  for (const apply of changes) await apply(source, base);
}

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
      fc.asyncProperty(cases, async (together) => {
        await Promise.all(together.map((changes, n) => applyCase(changes, source, 10 * n)));
        const mark = `mark ${offset}`;
        await source.replaceOne({ _id: 'mark' as never }, { mark }, { upsert: true });
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
