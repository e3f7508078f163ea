import { expect, test } from 'vitest';
import { parseDeadLetter } from '../../../functions/aws/dead-letter.ts';
import { failures, NO_FAILURES, openSinking, type Sinking } from './sinking.ts';

const REFUSING = { validator: { bad: { $exists: false } } };
const FAILED = { batchItemFailures: [{ itemIdentifier: 'replayed' }] };

const mend = ({ db }: Sinking) => db.command({ collMod: 'target', validator: {} });
const stateOf = async ({ target }: Sinking, id: unknown) => (await target.findOne({ _id: id as never }))?.n;
const parkedOf = async ({ parked }: Sinking) => [...(await parked.list()).firstOf.keys()];
/** The letters by the offset of their record. */
async function lettersOf(sinking: Sinking): Promise<Map<number, string>> {
  const bodies = await sinking.messages();
  const offsetOf = (body: string) => (parseDeadLetter(body).record as { offset: number }).offset;
  return new Map(bodies.map((body) => [offsetOf(body), body]));
}

async function openRefusing(properties: Readonly<Record<string, string>> = {}) {
  const sinking = await openSinking(properties);
  await sinking.db.createCollection('target', REFUSING);
  return sinking;
}

test('a newer record waits behind the rejected one of its key, other keys flow, and sent again in the wrong order the newest wins', async () => {
  await using sinking = await openRefusing();
  const keys = ['{"_id": 1}', '{"_id": 2}'];
  await sinking.put(['{"_id": 1, "n": 1, "bad": 1}', '{"_id": 2, "n": 1}'], { keys });
  await sinking.put(['{"_id": 1, "n": 2}', '{"_id": 2, "n": 2}'], { keys, firstOffset: 2 });
  expect([await stateOf(sinking, 1), await stateOf(sinking, 2)]).toEqual([undefined, 2]);
  const letters = await lettersOf(sinking);
  expect(parseDeadLetter(letters.get(2)!)).toMatchObject({
    error: { code: 'KEY_PARKED', message: 'Waits behind topic-0@0, a dead letter of the same key' },
    parkedKey: `${sinking.db.databaseName}.target#{"_id": 1}`,
  });
  expect(sinking.metrics.get('sinkParked')).toBe(1);
  expect(sinking.metrics.get('sinkRejected')).toBe(1);

  await mend(sinking);
  expect(await sinking.replay(letters.get(2)!)).toEqual(FAILED);
  expect(await stateOf(sinking, 1)).toBeUndefined();
  expect(await sinking.replay(letters.get(0)!)).toEqual(NO_FAILURES);
  expect(await stateOf(sinking, 1)).toBe(1);
  expect(await sinking.replay(letters.get(2)!)).toEqual(NO_FAILURES);
  expect(await stateOf(sinking, 1)).toBe(2);
  expect(await parkedOf(sinking)).toEqual([]);

  await sinking.put(['{"_id": 1, "n": 3}'], { keys, firstOffset: 4 });
  for (const body of letters.values()) expect(await sinking.replay(body)).toEqual(NO_FAILURES);
  expect(await stateOf(sinking, 1)).toBe(3);
  expect(sinking.log.lines.filter(({ message }) => message.startsWith('Dead letter skipped'))).toHaveLength(2);
});

test('within one put what is behind the rejected record of its key waits, written or not, ordered or not', async () => {
  for (const ordered of ['true', 'false']) {
    await using sinking = await openRefusing({ 'bulk.write.ordered': ordered });
    const keys = ['a', 'b', 'a', 'b', 'a'];
    const values = [
      '{"_id": 1, "n": 1}',
      '{"_id": 2, "n": 1}',
      '{"_id": 1, "n": 2, "bad": 1}',
      '{"_id": 2, "n": 2}',
      '{"_id": 1, "n": 3}',
    ];
    expect(await sinking.put(values, { keys })).toEqual(NO_FAILURES);
    expect([await stateOf(sinking, 1), await stateOf(sinking, 2)]).toEqual([1, 2]);
    const letters = await lettersOf(sinking);
    expect([...letters.keys()].sort()).toEqual([2, 4]);
    await mend(sinking);
    for (const offset of [2, 4]) await sinking.replay(letters.get(offset)!);
    expect(await stateOf(sinking, 1)).toBe(3);
  }
});

test('records without a key wait by the _id of their document, also of another partition', async () => {
  await using sinking = await openRefusing();
  await sinking.put([
    '{"_id": 1, "n": 1, "bad": 1}',
    '{"_id": {"$oid": "5f15aab12435743f9bd126a4"}, "n": 1, "bad": 1}',
  ]);
  const values = [
    '{"_id": 1.0, "n": 2}',
    '{"_id": {"$oid": "5f15aab12435743f9bd126a4"}, "n": 2}',
    '{"_id": 3, "n": 2}',
  ];
  await sinking.put(values, { firstOffset: 10, partitions: [1, 1, 1] });
  expect(await sinking.target.distinct('_id')).toEqual([3]);
  expect([...(await lettersOf(sinking)).keys()].sort((a, b) => a - b)).toEqual([0, 1, 10, 11]);
  expect(await parkedOf(sinking)).toHaveLength(2);
});

test('a record that can not be read parks its key too, and rejected again keeps its place', async () => {
  await using sinking = await openRefusing();
  await sinking.put(['no JSON', '{"_id": 1, "n": 2}'], { keys: ['a', 'a'] });
  const letters = await lettersOf(sinking);
  expect(await sinking.replay(letters.get(0)!)).toEqual(NO_FAILURES);
  const [again] = await sinking.messages();
  expect(parseDeadLetter(again!)).toMatchObject({ attempts: 2, record: { offset: 0 } });
  expect(await sinking.replay(letters.get(1)!)).toEqual(FAILED);
  const [key] = await parkedOf(sinking);
  expect(await sinking.parked.get(key!)).toMatchObject({
    waits: [{ offset: 0 }, { offset: 1 }],
    tried: { attempts: 2 },
  });
});

test('errors.park.keys=false: newer state is written, and the letter says that nothing waits with it', async () => {
  await using sinking = await openRefusing({ 'topic.override.topic.errors.park.keys': 'false' });
  await sinking.put(['{"_id": 1, "n": 1, "bad": 1}', '{"_id": 1, "n": 2}'], { keys: ['a', 'a'] });
  expect(await stateOf(sinking, 1)).toBe(2);
  expect(await sinking.deadLetters()).toMatchObject([{ record: { offset: 0 }, parkedKey: false }]);
  expect(await parkedOf(sinking)).toEqual([]);
});

test('under errors.tolerance=none nothing is parked: the topic-partition is held', async () => {
  await using sinking = await openRefusing({ 'errors.tolerance': 'none' });
  expect(await sinking.put(['{"_id": 1, "bad": 1}', '{"_id": 1, "n": 2}'], { keys: ['a', 'a'] })).toEqual(
    failures(0, 1),
  );
  expect(await parkedOf(sinking)).toEqual([]);
});
