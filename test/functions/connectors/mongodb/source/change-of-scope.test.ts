import type { Document } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { fingerprintOf } from '../../../../../functions/connectors/mongodb/source/fingerprint.ts';
import {
  config,
  gapsOf,
  insertAt,
  isoAt,
  nothingKept,
  refusal,
  reply,
  runTask,
  storedBehind,
  textAt,
  timeAt,
  tokenAt,
} from './scripted-deployment.ts';

const MATCH = { pipeline: '[{$match: {operationType: "insert"}}]' };
const was = fingerprintOf(config());
const last = insertAt(5, 1);
const stored = () => nothingKept(storedBehind(last, was));
const next = insertAt(6, 2);

describe('fingerprint', () => {
  test.each([
    ['the pipeline', MATCH],
    ['the collation', { collation: '{locale: "de"}' }],
    ['the expanded events', { 'change.stream.show.expanded.events': 'true' }],
    ['the collection', { collection: 'others', 'offset.partition.name': 'p' }],
    ['the database', { database: 'other', 'offset.partition.name': 'p' }],
  ])('%s is scope', (_, properties) => {
    expect(fingerprintOf(config(properties))).not.toBe(was);
  });

  test.each([
    ['the name of the offset', { 'offset.partition.name': 'p' }],
    ['full document modes', { 'change.stream.full.document': 'updateLookup' }],
    ['pre-images', { 'change.stream.full.document.before.change': 'whenAvailable' }],
    ['batch sizes', { 'batch.size': '10', 'poll.max.batch.size': '10' }],
    ['the output', { 'output.format.value': 'bson', 'publish.full.document.only': 'true' }],
    ['what follows a loss', { 'position.lost': 'latest' }],
    ['how a pipeline is written', { pipeline: '[ ]' }],
  ])('%s is not', (_, properties) => {
    expect(fingerprintOf(config(properties))).toBe(was);
  });
});

test('reading begins at the time of the token, leaves out what was acknowledged, and warns', async () => {
  const kept = stored();
  const { error, fingerprint, keys, log, opened } = await runTask(MATCH, kept, [
    reply(tokenAt(5)),
    reply(next._id, [last, insertAt(5, 3, 'CC'), next]),
  ]);
  expect(error).toBeUndefined();
  expect(opened).toEqual([{ startAtOperationTime: timeAt(5) }]);
  // 3 has the same time, and was never seen
  expect(keys).toEqual([3, 2]);
  expect(log.lines.filter(({ level }) => level === 'warn')).toMatchObject([
    { fields: { watch: 'shop.orders', since: isoAt(5) } },
  ]);
  expect(kept.position).toMatchObject({ fingerprint, offset: { _id: textAt(6, '2B00000002') } });
});

test('a task that ends right behind the opening does not repeat what was acknowledged either', async () => {
  const kept = stored();
  await runTask(MATCH, kept, [reply(tokenAt(5))]);
  expect(kept.position).toMatchObject({
    offset: { _id: textAt(5) },
    lastEvents: { tokens: [textAt(5, '2B00000001')] },
  });
  const { keys, opened } = await runTask(MATCH, kept, [reply(tokenAt(5)), reply(next._id, [last, next])]);
  expect(opened).toEqual([{ startAfter: tokenAt(5) }]);
  expect(keys).toEqual([2]);
});

test('of a transaction what was acknowledged is left out, the rest comes', async () => {
  const events = [1, 2, 3, 4, 5].map((id) => insertAt(5, id));
  const kept = nothingKept();
  await runTask({}, kept, [
    reply(tokenAt(1)),
    reply(events[1]?._id, events.slice(0, 2)),
    reply(events[2]?._id, [events[2]!]),
  ]);
  const { keys } = await runTask(MATCH, kept, [reply(tokenAt(5)), reply(events[4]?._id, events)]);
  expect(keys).toEqual([4, 5]);
});

test('behind the token of an idle stream nothing of before comes again', async () => {
  const kept = nothingKept();
  await runTask({}, kept, [reply(tokenAt(1)), reply(last._id, [last]), reply(tokenAt(8))]);
  // so the tokens of the last events are not kept for nothing
  expect(kept.position).not.toHaveProperty('lastEvents');
  const { keys, opened } = await runTask(MATCH, kept, [reply(tokenAt(8)), reply(tokenAt(9, 'A'), [insertAt(9, 9)])]);
  expect(opened).toEqual([{ startAtOperationTime: timeAt(8) }]);
  expect(keys).toEqual([9]);
});

const foreign = (id: number): Document => ({ ...insertAt(5 + id, id), _id: { _data: `T${id}` } });

test('where a token has no time reading begins at the time of the last event', async () => {
  const kept = nothingKept();
  await runTask({}, kept, [reply({ _data: 'T0' }), reply({ _data: 'T1' }, [foreign(1)]), reply({ _data: 'T1b' })]);
  const { keys, opened } = await runTask(MATCH, kept, [
    // such servers open at a time with a place of their own choice
    reply({ _data: 'T9' }),
    reply({ _data: 'T2' }, [foreign(1), foreign(2)]),
  ]);
  expect(opened).toEqual([{ startAtOperationTime: timeAt(6) }]);
  expect(keys).toEqual([2]);
});

test('where nothing has a time reading goes on behind the token, and the new scope is stored only once that works', async () => {
  const kept = nothingKept({ offset: { _id: '{"_data": "T1"}' }, fingerprint: was });
  const before = kept.position;
  const lost = await runTask(MATCH, kept, [reply({ _data: 'T1' }), refusal(280)]);
  expect(lost.error).toMatchObject({ code: 'POSITION_LOST' });
  expect(kept.position).toBe(before);
  const { keys, opened } = await runTask(MATCH, kept, [reply({ _data: 'T1' }), reply({ _data: 'T2' }, [foreign(2)])]);
  expect(opened).toEqual([{ startAfter: { _data: 'T1' } }]);
  expect(keys).toEqual([2]);
});

test('a time that the server no longer has is a lost position', async () => {
  const { error } = await runTask(MATCH, stored(), [reply(tokenAt(5)), refusal(286), reply(tokenAt(5)), refusal(286)]);
  expect(error).toMatchObject({ code: 'POSITION_LOST', details: { from: isoAt(5) } });
  const kept = stored();
  const { keys } = await runTask({ ...MATCH, 'position.lost': 'latest' }, kept, [
    refusal(286),
    reply(tokenAt(50)),
    reply(tokenAt(60, 'A'), [insertAt(60, 9)]),
  ]);
  expect(keys).toEqual([9]);
  expect(gapsOf(kept)).toHaveLength(1);
});

test('behind an invalidate event: the drop and it are left out, and reading goes on behind them', async () => {
  const drop = { ...insertAt(5, 0, 'DD'), operationType: 'drop', documentKey: undefined };
  const invalidate = { _id: tokenAt(5, 'FF'), operationType: 'invalidate', clusterTime: timeAt(5) };
  const kept = nothingKept();
  await runTask({}, kept, [reply(tokenAt(1)), reply(invalidate._id, [drop, invalidate], 0)]);
  expect(kept.position?.offset._id).toBe(textAt(5, 'FF'));
  const { keys, opened } = await runTask(MATCH, kept, [
    reply(tokenAt(5)),
    reply(invalidate._id, [drop, invalidate], 0),
    reply(invalidate._id),
    reply(next._id, [next]),
  ]);
  expect(opened).toEqual([{ startAtOperationTime: timeAt(5) }, { startAfter: invalidate._id }]);
  expect(keys).toEqual([2]);
});

test('a connector that begins anew says so where it has a position under another name', async () => {
  const kept = nothingKept();
  kept.items.set('offset#{"ns":"here"}', { item: 'offset#{"ns":"here"}', attributes: { epoch: 1 } });
  const fresh = await runTask({}, kept, [reply(tokenAt(1))]);
  expect(fresh.log.lines.filter(({ level }) => level === 'warn')).toEqual([]);

  const before = { offset: { _id: textAt(1) }, partition: { ns: 'mongodb://a/shop.orders' } };
  kept.items.set('offset#{"ns":"mongodb://a/shop.orders"}', { item: 'offset#x', attributes: before });
  kept.position = undefined;
  const anew = await runTask({ 'connection.uri': 'mongodb://a,b' }, kept, [reply(tokenAt(1))]);
  expect(anew.log.lines.filter(({ level }) => level === 'warn')).toMatchObject([
    { fields: { ns: 'mongodb://a,b/shop.orders', others: ['mongodb://a/shop.orders'] } },
  ]);
});

describe('an offset that was imported says nothing of its scope', () => {
  const imported = () => nothingKept({ offset: { _id: textAt(5, '2B00000001') } });

  test('its token is used, and stored with the scope once that works', async () => {
    const kept = imported();
    const { fingerprint, keys, opened } = await runTask({}, kept, [reply(last._id), reply(next._id, [next])]);
    expect(opened).toEqual([{ startAfter: last._id }]);
    expect(keys).toEqual([2]);
    expect(kept.position?.fingerprint).toBe(fingerprint);
  });

  // a new aggregation pipeline may hide the event of the token from the server, which finds it without the stages
  test.each([{}, MATCH])('where the server does not find it, reading begins at its time (%o)', async (properties) => {
    const kept = imported();
    const { error, keys, opened } = await runTask(properties, kept, [
      reply(last._id),
      refusal(280),
      reply(tokenAt(5)),
      reply(next._id, [last, next]),
    ]);
    expect(error).toBeUndefined();
    expect(opened).toEqual([{ startAfter: last._id }, { startAtOperationTime: timeAt(5) }]);
    // its last event is not known, so it comes twice
    expect(keys).toEqual([1, 2]);
    expect(gapsOf(kept)).toEqual([]);
  });

  test('where the oplog no longer has it, it is lost', async () => {
    const { error } = await runTask({}, imported(), [refusal(286)]);
    expect(error).toMatchObject({ code: 'POSITION_LOST' });
  });
});
