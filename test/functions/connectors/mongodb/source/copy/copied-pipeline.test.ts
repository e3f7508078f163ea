import type { Document } from 'mongodb';
import { expect, test } from 'vitest';
import {
  kindOf,
  toCopiedPipeline,
} from '../../../../../../functions/connectors/mongodb/source/copy/copied-pipeline.ts';

const namespace = { database: 'shop', collection: 'orders' };

test.each([
  ['nothing', [], [], 'ids'],
  ['conditions leave the _id alone', [{ $match: { n: 1 } }], [{ $match: { operationType: 'insert' } }], 'ids'],
  ['other fields', [{ $set: { a: 1 } }, { $project: { b: 0 } }], [{ $unset: ['fullDocument.x'] }], 'ids'],
  ['an _id that is set', [{ $addFields: { _id: 'x' } }], [], 'documents'],
  ['a part of the _id that is left out of the event', [], [{ $project: { '_id.copyingData': 0 } }], 'documents'],
  ['a field of that name further in', [{ $set: { 'a._id': 1 } }], [], 'ids'],
  // several events of one document: a reply may end between them
  ['several of one', [{ $unwind: '$list' }], [], 'documents'],
  ['another document', [{ $replaceRoot: { newRoot: '$inner' } }], [], 'documents'],
  ['what other collections have', [{ $lookup: { from: 'x', as: 'x' } }], [], 'ids'],
  // ten ranges would have ten times as many
  ['a limit', [{ $limit: 1 }], [], 'whole'],
  ['an order', [{ $sort: { n: 1 } }], [], 'whole'],
  ['a group behind a condition', [{ $match: {} }, { $group: { _id: '$n' } }], [], 'whole'],
  ['a search has to be the first stage', [{ $match: { $text: { $search: 'x' } } }], [], 'whole'],
  ['a stage that is not known', [{ $brandNew: {} }], [], 'whole'],
  ['what only a change stream has does not count', [], [{ $changeStreamSplitLargeEvent: {} }], 'ids'],
] as const)('%s: %#', (_, copyPipeline, streamPipeline, kind) => {
  expect(kindOf(copyPipeline as readonly Document[], streamPipeline as readonly Document[])).toBe(kind);
});

const documentKeyOf = (shardKey: readonly string[]) =>
  toCopiedPipeline(namespace, shardKey, [], [])[0]?.$replaceRoot.newRoot.documentKey;

test.each([
  ['not sharded', [], { _id: '$_id' }],
  [
    'the shard key first, as in a change event',
    ['country', 'city'],
    { country: '$country', city: '$city', _id: '$_id' },
  ],
  ['an _id that is part of it keeps its place', ['_id', 'city'], { _id: '$_id', city: '$city' }],
])('the documentKey is that of a change event: %s', (_, shardKey, documentKey) => {
  expect(documentKeyOf(shardKey)).toEqual(documentKey);
  expect(Object.keys(documentKeyOf(shardKey))).toEqual(Object.keys(documentKey));
});

test('fields of a shard key that have dots are names of their own in the documentKey', () => {
  expect(documentKeyOf(['address.zip']).$arrayToObject.$filter.input).toEqual([
    { k: 'address.zip', v: '$address.zip' },
    { k: '_id', v: '$_id' },
  ]);
});

test('a stage that only a change stream can have is not sent, and a name is no expression', () => {
  const pipeline = toCopiedPipeline(
    { database: '$odd', collection: "o'brien" },
    [],
    [{ $match: {} }],
    [{ $set: { a: 1 } }, { $changeStreamSplitLargeEvent: {} }],
  );
  expect(pipeline.map((stage) => Object.keys(stage)[0])).toEqual([
    ...['$match', '$replaceRoot', '$set', '$addFields', '$project'],
  ]);
  expect(pipeline[1]?.$replaceRoot.newRoot.ns).toEqual({ db: { $literal: '$odd' }, coll: "o'brien" });
});
