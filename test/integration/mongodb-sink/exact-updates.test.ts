import fc from 'fast-check';
import { BSON, type Document } from 'mongodb';
import { expect, test } from 'vitest';
import { describeUpdate } from '../../support/describe-update.ts';
import { documentsWith } from './random-documents.ts';
import { CHANGE_STREAMS, NO_FAILURES, openSinking } from './sinking.ts';

// the local database tells no dotted name from a path, so these events are written as a MongoDB server writes them
const { document } = documentsWith(fc.constantFrom('a', 'b', '0', '1', 'a.b', '0.a', '$a', '$', '.', '', 'é'));
/** Most of a document stays as it is when it changes. */
const change = fc.tuple(document, document, fc.boolean()).map(([before, other, isKept]) => ({
  before,
  after: isKept ? { ...before, ...other } : other,
}));

const CASES_PER_PUT = 25;
const PUTS = Math.ceil(Number(process.env.TAILRACE_FUZZ_CASES ?? 250) / CASES_PER_PUT);

test('whatever an update description says of a document, the document becomes', async () => {
  const properties = { 'value.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter' };
  await using sinking = await openSinking({ 'change.data.capture.handler': CHANGE_STREAMS, ...properties });
  let pipelines = 0;
  let offset = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: CASES_PER_PUT, maxLength: CASES_PER_PUT }), async (changes) => {
      const events = changes.flatMap(({ before, after }, _id) => {
        const updateDescription = describeUpdate(before, after);
        if (!updateDescription) return [];
        pipelines += updateDescription.truncatedArrays.length;
        const update = { operationType: 'update', documentKey: { _id }, updateDescription };
        return [{ _id, after, events: [insertOf(_id, before), update] }];
      });
      const values = events.flatMap((one) => one.events.map((event) => BSON.serialize(event)));
      expect(await sinking.put(values, { firstOffset: offset })).toEqual(NO_FAILURES);
      offset += values.length;
      const found = await sinking.target.find({}, { promoteValues: false }).toArray();
      const stored = new Map(found.map(({ _id, ...fields }) => [Number(_id), sorted(fields)]));
      for (const { _id, after } of events) expect(stored.get(_id)).toEqual(sorted(after));
    }),
    { numRuns: PUTS, endOnFailure: true },
  );
  expect(await sinking.deadLetters()).toEqual([]);
  expect(sinking.metrics.get('sinkUpdatesMissed')).toBeUndefined();
  expect(pipelines).toBeGreaterThan(0);
});

const insertOf = (_id: number, fields: Document) => ({
  operationType: 'insert',
  documentKey: { _id },
  fullDocument: { _id, ...fields },
});

/** With BSON types and without the order of fields, which a description does not tell. */
const sorted = (fields: Document): unknown => JSON.parse(BSON.EJSON.stringify(fields, { relaxed: false }));
