import { MongoNetworkError, Timestamp } from 'mongodb';
import { expect, test } from 'vitest';
import { RetriableError } from '../../../../../functions/connect/errors.ts';
import { fingerprintOf } from '../../../../../functions/connectors/mongodb/source/fingerprint.ts';
import {
  config,
  gapsOf,
  insertAt,
  isoAt,
  NOW,
  nothingKept,
  refusal,
  reply,
  runTask,
  secondsAt,
  storedBehind,
  textAt,
  timeAt,
  tokenAt,
} from './scripted-deployment.ts';

const LATEST = { 'position.lost': 'latest' };
const stored = () => nothingKept(storedBehind(insertAt(1, 1), fingerprintOf(config())));
/** A stream that is opened from now, with one event. */
const fromNow = [reply(tokenAt(50)), reply(tokenAt(60), [insertAt(60, 9)])];

test.each([
  ['286, while it is opened', [refusal(286)]],
  ['286, with the first events, where MongoDB looks for the place', [reply(tokenAt(1)), refusal(286)]],
  ['280 under an unchanged fingerprint', [reply(tokenAt(1)), refusal(280)]],
  ['260, while it is opened', [refusal(260)]],
  ['a token that cannot be read', [refusal(50811)]],
  ['a shard that was removed', [refusal(464)]],
])('fail: %s stops the source, says from when to when is lost and what to set', async (_, answers) => {
  for (const tolerance of ['none', 'all']) {
    const kept = stored();
    const { error, opened } = await runTask({ 'errors.tolerance': tolerance }, kept, answers);
    expect(error).toMatchObject({
      name: 'StoppedError',
      code: 'POSITION_LOST',
      details: { watch: 'shop.orders', from: isoAt(1), to: new Date(NOW).toISOString() },
    });
    for (const part of [
      isoAt(1),
      new Date(NOW).toISOString(),
      'position.lost=copy',
      'position.lost=latest',
      'shop.orders',
    ])
      expect(String(error)).toContain(part);
    expect(opened).toEqual([{ startAfter: tokenAt(1, '2B00000001') }]);
    expect(gapsOf(kept)).toEqual([]);
  }
});

test('latest: the gap is kept before the new position, which is stored before anything is published', async () => {
  const kept = stored();
  const { calls, error, keys, log, metrics, opened } = await runTask(LATEST, kept, [refusal(286, 'gone'), ...fromNow]);

  expect(error).toBeUndefined();
  expect(opened).toEqual([{ startAfter: tokenAt(1, '2B00000001') }, {}]);
  expect(calls.slice(0, 6)).toEqual([
    'open',
    'settled',
    'open',
    `save gap#${new Date(NOW).toISOString()}`,
    'batch 0',
    'batch 1',
  ]);
  expect(keys).toEqual([9]);
  expect(gapsOf(kept)).toEqual([
    {
      item: `gap#${new Date(NOW).toISOString()}`,
      attributes: {
        watch: 'shop.orders',
        from: isoAt(1),
        to: isoAt(50),
        cause: 'gone (code 286)',
        action: 'latest',
        position: textAt(1, '2B00000001'),
        deletes: 'Documents that were deleted in this time are not known',
      },
    },
  ]);
  expect(metrics).toContain('sourceGaps 1');
  expect(log.lines.filter(({ level }) => level === 'error')).toMatchObject([
    { fields: { code: 'POSITION_LOST', from: isoAt(1), to: isoAt(50) } },
  ]);
  expect(kept.position?.offset._id).toBe(textAt(60));
});

test('latest: a position that is lost while it streams begins behind what was published', async () => {
  const kept = nothingKept();
  const { keys } = await runTask(LATEST, kept, [
    reply(tokenAt(1)),
    reply(tokenAt(2, 'A'), [insertAt(2, 1)]),
    refusal(286),
    ...fromNow,
  ]);
  expect(keys).toEqual([1, 9]);
  expect(gapsOf(kept)).toMatchObject([{ attributes: { from: isoAt(2), position: textAt(2, 'A') } }]);
});

test('latest: a text that is no token is a lost position too, from the time of the last event', async () => {
  const kept = nothingKept({ ...storedBehind(insertAt(1, 1), fingerprintOf(config())), offset: { _id: 'nonsense' } });
  const { keys } = await runTask(LATEST, kept, fromNow);
  expect(keys).toEqual([9]);
  expect(gapsOf(kept)).toMatchObject([
    { attributes: { from: isoAt(1), cause: expect.stringContaining('to be a JSON document') } },
  ]);
});

test('latest: where nothing has a time the gap has no beginning', async () => {
  const kept = nothingKept({ offset: { _id: '{"_data": "T1"}' }, fingerprint: fingerprintOf(config()) });
  await runTask(LATEST, kept, [refusal(286), ...fromNow]);
  expect(gapsOf(kept)).toHaveLength(1);
  expect(gapsOf(kept)[0]?.attributes).not.toHaveProperty('from');
});

test('latest: a configured time that the server no longer has is lost as well, and told by its time', async () => {
  const time = { 'startup.mode': 'timestamp', 'startup.mode.timestamp.start.at.operation.time': String(secondsAt(1)) };
  const kept = nothingKept();
  const { keys, error } = await runTask({ ...time, ...LATEST }, kept, [refusal(286), ...fromNow]);
  expect({ error, keys }).toEqual({ error: undefined, keys: [9] });
  expect(gapsOf(kept)).toMatchObject([{ attributes: { from: isoAt(1), position: `time ${secondsAt(1)}` } }]);
});

test('latest: a network that is cut while the new stream is opened is no second gap', async () => {
  const kept = stored();
  const cut = new MongoNetworkError('read ECONNRESET');
  const { keys } = await runTask(LATEST, kept, [refusal(286), cut, ...fromNow]);
  expect(keys).toEqual([9]);
  expect(gapsOf(kept)).toHaveLength(1);
});

test('latest: a stream from now that is lost at once stops the source, with one gap', async () => {
  const kept = stored();
  const { error } = await runTask(LATEST, kept, [refusal(286), reply(tokenAt(50)), refusal(286)]);
  expect(error).toMatchObject({ code: 'POSITION_LOST', message: expect.stringContaining('can do no better') });
  expect(gapsOf(kept)).toHaveLength(1);
});

test('latest: two losses with events in between are two gaps', async () => {
  const kept = stored();
  let now = NOW;
  await runTask(LATEST, kept, [refusal(286), ...fromNow, refusal(286), reply(tokenAt(70)), reply(tokenAt(71))], {
    now: () => now++,
  });
  expect(gapsOf(kept)).toHaveLength(2);
});

const unavailable = () => Promise.reject(new RetriableError('OFFSET_STORE_UNAVAILABLE', 'no table'));

test('dies where the last batches are not acknowledged: nothing is kept, and the position stands', async () => {
  const kept = stored();
  const before = kept.position;
  const { error } = await runTask(LATEST, kept, [refusal(286), ...fromNow], { settled: unavailable });
  expect(error).toMatchObject({ code: 'OFFSET_STORE_UNAVAILABLE' });
  expect([kept.position, gapsOf(kept)]).toEqual([before, []]);
});

test('dies where the gap cannot be kept: the new position is not stored without it', async () => {
  const kept = stored();
  const before = kept.position;
  const items = { list: async () => [], save: unavailable };
  const { batches } = await runTask(LATEST, kept, [refusal(286), ...fromNow], { items });
  expect(batches).toEqual([]);
  expect(kept.position).toBe(before);
});

test('dies between the gap and the new position: the next task meets the same loss and keeps one gap, with the later end', async () => {
  const kept = stored();
  const before = kept.position;
  await runTask(LATEST, kept, [refusal(286), reply(tokenAt(50))]);
  kept.position = before;
  await runTask(LATEST, kept, [refusal(286), reply(tokenAt(55)), reply(tokenAt(60), [insertAt(60, 9)])], {
    now: () => NOW + 5000,
  });
  expect(gapsOf(kept)).toMatchObject([{ attributes: { from: isoAt(1), to: isoAt(55) } }]);
  // and from then on there is nothing to be found lost
  const { opened } = await runTask(LATEST, kept, [reply(tokenAt(60))]);
  expect(opened).toEqual([{ startAfter: tokenAt(60) }]);
  expect(gapsOf(kept)).toHaveLength(1);
});

test('280 that the stages of the pipeline cause is a wrong pipeline, not a gap, whatever position.lost is', async () => {
  for (const lost of ['fail', 'latest']) {
    const properties = { pipeline: '[{$project: {_id: 0}}]', 'position.lost': lost };
    const kept = nothingKept(storedBehind(insertAt(1, 1), fingerprintOf(config(properties))));
    const event = reply(tokenAt(2, 'A'), [insertAt(2, 2)]);
    const answers = [reply(tokenAt(1)), refusal(280), reply(tokenAt(1)), event];
    const { error, keys } = await runTask(properties, kept, answers);
    expect(error).toMatchObject({ name: 'ConfigError', problems: [{ property: 'pipeline' }] });
    expect([keys, gapsOf(kept)]).toEqual([[], []]);
  }
});

test('280 with stages is a lost position where the events are not there without them either', async () => {
  const properties = { pipeline: '[{$match: {}}]', ...LATEST };
  const kept = nothingKept(storedBehind(insertAt(1, 1), fingerprintOf(config(properties))));
  const lost = [reply(tokenAt(1)), refusal(280)];
  const { keys } = await runTask(properties, kept, [...lost, ...lost, ...fromNow]);
  expect(keys).toEqual([9]);
  expect(gapsOf(kept)).toHaveLength(1);
});

test('280 with stages is looked into again where the network is cut meanwhile', async () => {
  const properties = { pipeline: '[{$match: {}}]', ...LATEST };
  const kept = nothingKept(storedBehind(insertAt(1, 1), fingerprintOf(config(properties))));
  const cut = new MongoNetworkError('read ECONNRESET');
  const goesOn = [reply(tokenAt(1)), reply(tokenAt(2, 'A'), [insertAt(2, 2)])];
  const { keys } = await runTask(properties, kept, [reply(tokenAt(1)), refusal(280), cut, ...goesOn]);
  expect([keys, gapsOf(kept)]).toEqual([[2], []]);
});

test.each([
  [
    'takes another token: the stored one is lost',
    [refusal(9), reply(tokenAt(50)), reply(tokenAt(50))],
    'POSITION_LOST',
  ],
  ['refuses any: the command is wrong', [refusal(9), reply(tokenAt(50)), refusal(9)], 'MONGODB_REFUSED'],
  ['refuses the command without one: it is wrong', [refusal(9), refusal(9)], 'MONGODB_REFUSED'],
])('a token that a server does not parse, and it %s', async (_, answers, code) => {
  const { error } = await runTask({}, stored(), answers);
  expect(error).toMatchObject({ code });
});

test('a stream that begins from now has no position to lose', async () => {
  const { error } = await runTask({ 'position.lost': 'latest' }, nothingKept(), [refusal(260), ...fromNow]);
  expect(error).toBeUndefined();
});

test('an invalidate event in timestamp mode is passed once, by this task and by the next', async () => {
  const time = { 'startup.mode': 'timestamp', 'startup.mode.timestamp.start.at.operation.time': String(secondsAt(1)) };
  const kept = nothingKept();
  const drop = { ...insertAt(2, 0, 'DD'), operationType: 'drop', documentKey: undefined };
  const invalidate = { _id: tokenAt(2, 'FF'), operationType: 'invalidate', clusterTime: timeAt(2) };
  const first = await runTask(time, kept, [
    reply(tokenAt(1)),
    reply(tokenAt(3), [drop, invalidate], 0),
    reply(tokenAt(2, 'FF')),
    reply(tokenAt(4, 'A'), [insertAt(4, 4)]),
  ]);
  const at = new Timestamp({ t: secondsAt(1), i: 0 });
  expect(first.opened).toEqual([{ startAtOperationTime: at }, { startAfter: invalidate._id }]);
  expect(first.batches.flatMap(({ records }) => records)).toHaveLength(2);
  const second = await runTask(time, kept, [reply(tokenAt(4, 'A'))]);
  expect(second.opened).toEqual([{ startAfter: tokenAt(4, 'A') }]);
});

test('what a cursor says of its place behind an invalidate event leads on, not back', async () => {
  const invalidate = { _id: tokenAt(2, 'FF'), operationType: 'invalidate', clusterTime: timeAt(2) };
  const { opened } = await runTask({}, nothingKept(), [
    reply(tokenAt(1)),
    reply(tokenAt(2, 'FF'), [insertAt(2, 2), invalidate]),
    // of the drop's own time, before it
    reply(tokenAt(2), [], 0),
    reply(tokenAt(2, 'FF')),
  ]);
  expect(opened).toEqual([{}, { startAfter: invalidate._id }]);
});

test('a server that opens at a time with a place far ahead does not lose what lies in between', async () => {
  const time = { 'startup.mode': 'timestamp', 'startup.mode.timestamp.start.at.operation.time': String(secondsAt(1)) };
  for (const opening of [tokenAt(9), { _data: 'T9' }]) {
    const kept = nothingKept();
    const { batches } = await runTask(time, kept, [reply(opening), reply(tokenAt(2, 'A'), [insertAt(2, 2)])]);
    expect(batches.map(({ records, offset }) => [records.length, offset._id])).toEqual([[1, textAt(2, 'A')]]);
  }
});
