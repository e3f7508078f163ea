import { describe, expect, test } from 'vitest';
import { parseDeadLetter } from '../../../functions/aws/dead-letter.ts';
import { documentsOf, type Fate, openWorld, recordsOf, truthOf, type World } from './parking-world.ts';

/** The second change of key 1 is refused, and others of key 1 and 2 come behind it. */
const changes = [
  { key: 1 },
  { key: 1, isBad: true },
  { key: 2 },
  { key: 1, field: 'b' },
  { key: 2, field: 'b' },
  { key: 1 },
];
const records = recordsOf(changes);
const KEY = 'shop.orders#{"_id":1}';

const offsetOf = (body: string): number => (parseDeadLetter(body).record as { offset: number }).offset;
const offsetsOf = (world: World): number[] => world.letters.map(offsetOf);
const letterOf = (world: World, offset: number): string => world.letters.find((body) => offsetOf(body) === offset)!;
const waitsOf = (world: World): number[] | undefined => world.items.get(KEY)?.waits.map(({ offset }) => offset);
const failures = (...offsets: number[]) => ({
  batchItemFailures: offsets.map((offset) => ({ itemIdentifier: { partition: 'orders-0', offset } })),
});
const later = (world: World) => {
  world.state.now += 600_000;
};

/** Everything is sent again until nothing waits any more. */
async function redriveAll(world: World): Promise<void> {
  world.state.isMended = true;
  later(world);
  for (let round = 0; round < 10; round += 1) {
    for (const body of world.letters.splice(0)) {
      const { answer } = await world.replay(body);
      if (!answer || answer.batchItemFailures.length > 0) world.letters.push(body);
    }
  }
}

describe('a put', () => {
  test('asks the table once where nothing is parked, while it decodes and plans', async () => {
    const world = await openWorld();
    expect((await world.deliver(records.slice(0, 1))).calls).toEqual(['list', 'write']);
  });

  test('asks nothing where keys are not parked', async () => {
    const world = await openWorld({ properties: { 'errors.park.keys': 'false' } });
    expect((await world.deliver(records.slice(0, 1))).calls).toEqual(['write']);
  });

  test('lists what waits before it sends the letters, the lowest first, and other keys flow', async () => {
    const world = await openWorld();
    const { answer, calls } = await world.deliver(records);
    expect(answer).toEqual(failures());
    expect(calls.slice(-3)).toEqual(['get', 'put', 'send letters']);
    expect(offsetsOf(world)).toEqual([1, 3, 5]);
    expect(waitsOf(world)).toEqual([1, 3, 5]);
    expect(documentsOf(world)).toEqual({ 1: { a: 'good 0' }, 2: { a: 'good 2', b: 'good 4' } });
  });

  test('lets later records of the key join it, by their own code and the position that they wait behind', async () => {
    const world = await openWorld();
    await world.deliver(records.slice(0, 2));
    await world.deliver(records.slice(2));
    expect(waitsOf(world)).toEqual([1, 3, 5]);
    expect(parseDeadLetter(letterOf(world, 5))).toMatchObject({
      error: {
        code: 'KEY_PARKED',
        message: 'Waits behind orders-0@1, a dead letter of the same key',
        stage: 'TASK_PUT',
      },
      parkedKey: KEY,
    });
  });

  test('that comes again after its letters were sent joins nothing twice', async () => {
    const world = await openWorld();
    await world.deliver(records);
    expect((await world.deliver(records)).answer).toEqual(failures());
    expect(waitsOf(world)).toEqual([1, 3, 5]);
  });

  test('that comes again once the cause is mended writes the first one, and the others wait for their redrive', async () => {
    const world = await openWorld();
    await world.deliver(records);
    world.state.isMended = true;
    await world.deliver(records.slice(1, 2));
    expect(documentsOf(world)).toMatchObject({ 1: { a: 'bad 1' } });
    expect(waitsOf(world)).toEqual([3, 5]);
  });

  test('leaves a record unsettled whose letter the queue does not take, and it heals when it comes again', async () => {
    const world = await openWorld();
    expect((await world.deliver(records, { refusedLetters: [0] })).answer).toEqual(failures(1, 2, 3, 4, 5));
    expect(waitsOf(world)).toEqual([1, 3, 5]);
    await world.deliver(records.slice(1));
    await redriveAll(world);
    expect(documentsOf(world)).toEqual(truthOf(changes));
  });

  test('leaves what would have waited behind a record unsettled that was written meanwhile', async () => {
    let redriven = async () => undefined as unknown;
    const world = await openWorld({ pause: async (what) => void (what === 'get' && (await redriven())) });
    await world.deliver(records.slice(0, 2));
    const body = letterOf(world, 1);
    world.state.isMended = true;
    redriven = () => {
      redriven = async () => undefined;
      return world.replay(body);
    };
    expect((await world.deliver(records.slice(3, 4))).answer).toEqual(failures(3));
    expect(world.log.lines.at(-1)?.fields).toMatchObject({ code: 'KEY_FREED' });
    expect((await world.deliver(records.slice(3))).answer).toEqual(failures());
    expect(documentsOf(world)).toMatchObject({ 1: truthOf(changes)[1] });
  });

  test('without room in the list holds the topic-partition, and says what to do', async () => {
    const world = await openWorld();
    const waits = Array.from({ length: 80_000 }, (_, offset) => ({ at: 'orders-1', offset }));
    world.items.set(KEY, { key: KEY, waits, version: 'v' });
    expect((await world.deliver(records.slice(2, 4))).answer).toEqual(failures(3));
    expect(world.log.lines.at(-1)?.fields).toMatchObject({
      code: 'KEY_FULL',
      reason: 'No room to list orders-0@3: send the dead letters of its key again',
    });
  });

  test('under errors.tolerance=none waits for a key that was parked before: its topic-partition is held', async () => {
    const world = await openWorld({ properties: { 'errors.tolerance': 'none' } });
    world.items.set(KEY, { key: KEY, waits: [{ at: 'orders-0', offset: 1 }], version: 'v' });
    expect((await world.deliver(records.slice(2, 4))).answer).toEqual(failures(3));
    expect(world.letters).toEqual([]);
  });
});

describe('a replay', () => {
  async function parked() {
    const world = await openWorld();
    await world.deliver(records);
    world.state.isMended = true;
    return world;
  }

  test('of what is not the lowest of its key writes nothing, and says what it waits for', async () => {
    const world = await parked();
    const { answer, calls } = await world.replay(letterOf(world, 3));
    expect(answer).toEqual({ ...failures(3), waitsFor: 'orders-0@1' });
    expect(calls).toEqual(['get']);
  });

  test('in order writes each, and frees the key behind the last', async () => {
    const world = await parked();
    for (const [offset, left] of [
      [1, [3, 5]],
      [3, [5]],
      [5, undefined],
    ] as const) {
      expect((await world.replay(letterOf(world, offset))).answer).toEqual(failures());
      expect(waitsOf(world)).toEqual(left);
    }
    expect(documentsOf(world)).toEqual(truthOf(changes));
  });

  test('of a position that was written, also while newer state was, writes nothing', async () => {
    const world = await parked();
    const body = letterOf(world, 1);
    await redriveAll(world);
    await world.deliver(recordsOf([...changes, { key: 1 }]).slice(-1));
    const before = documentsOf(world);
    expect(await world.replay(body)).toMatchObject({ answer: failures(), calls: ['get'] });
    expect(documentsOf(world)).toEqual(before);
  });

  test('rejected again is a new letter with one attempt more, and keeps its place', async () => {
    const world = await parked();
    world.state.isMended = false;
    expect((await world.replay(letterOf(world, 1))).answer).toEqual(failures());
    expect(parseDeadLetter(world.letters.at(-1)!)).toMatchObject({
      attempts: 2,
      parkedKey: KEY,
      record: { offset: 1 },
    });
    expect(waitsOf(world)).toEqual([1, 3, 5]);
    expect(world.items.get(KEY)).toMatchObject({ tried: { position: 'orders-0@1', attempts: 2 } });
    expect(world.items.get(KEY)?.hold).toBeUndefined();
  });

  test('of a letter that comes twice at once: one writes, the other waits until it has ended', async () => {
    const writing = Promise.withResolvers<void>();
    const isWriting = Promise.withResolvers<void>();
    let isSlow = false;
    const world = await openWorld({
      async pause(what) {
        if (!isSlow || what !== 'write') return;
        isSlow = false;
        isWriting.resolve();
        await writing.promise;
      },
    });
    await world.deliver(records);
    world.state.isMended = true;
    isSlow = true;
    const first = world.replay(letterOf(world, 1));
    await isWriting.promise;
    // a put that comes again may not free the key under the one that writes
    expect((await world.deliver(records.slice(1, 2))).answer).toEqual(failures(1));
    expect((await world.replay(letterOf(world, 1))).answer).toEqual({
      ...failures(1),
      waitsFor: 'another replay of it',
    });
    writing.resolve();
    expect((await first).answer).toEqual(failures());
    expect(await world.replay(letterOf(world, 1))).toMatchObject({ answer: failures(), calls: ['get'] });
  });

  test('of a letter without a key is written as it is', async () => {
    const world = await openWorld({ properties: { 'errors.park.keys': 'false' } });
    await world.deliver(records);
    world.state.isMended = true;
    await world.replay(letterOf(world, 1));
    expect(documentsOf(world)).toMatchObject({ 1: { a: 'bad 1' } });
    expect(parseDeadLetter(letterOf(world, 1))).toMatchObject({ parkedKey: false });
  });
});

describe('dies', () => {
  const DEATHS = (calls: readonly string[]) =>
    calls.flatMap((what, index) =>
      (['before', 'after'] as const).map(
        (when) => [`${when} ${what} (${index + 1})`, { diesAt: index + 1, when }] as const,
      ),
    );
  const PUT = ['list', 'write', 'write', 'get', 'put', 'send letters'];
  const REPLAY = ['get', 'put', 'write', 'get', 'put'];

  test('the calls of a put and a replay are these', async () => {
    const world = await openWorld();
    expect((await world.deliver(records)).calls).toEqual(PUT);
    world.state.isMended = true;
    expect((await world.replay(letterOf(world, 1))).calls).toEqual(REPLAY);
  });

  test.each(DEATHS(PUT))(
    'a put %s: it comes again, nothing is lost and no key waits for ever',
    async (_, fate: Fate) => {
      const world = await openWorld();
      expect((await world.deliver(records, fate)).answer).toBeUndefined();
      expect((await world.deliver(records)).answer).toEqual(failures());
      await redriveAll(world);
      expect(documentsOf(world)).toEqual(truthOf(changes));
      expect({ letters: world.letters, keys: [...world.items.keys()] }).toEqual({ letters: [], keys: [] });
    },
  );

  test.each(DEATHS(REPLAY))(
    'a replay %s: its letter comes again, and the key is not freed before',
    async (_, fate: Fate) => {
      const world = await openWorld();
      await world.deliver(records);
      world.state.isMended = true;
      expect((await world.replay(letterOf(world, 1), fate)).answer).toBeUndefined();
      await world.deliver(recordsOf([...changes, { key: 1, field: 'b' }]).slice(-1));
      await redriveAll(world);
      expect(documentsOf(world)).toEqual(truthOf([...changes, { key: 1, field: 'b' }]));
      expect({ letters: world.letters, keys: [...world.items.keys()] }).toEqual({ letters: [], keys: [] });
    },
  );

  test.each(DEATHS([...REPLAY.slice(0, 3), 'send letters', 'get', 'put']))(
    'a replay that is rejected again %s: the key stays parked',
    async (_, fate: Fate) => {
      const world = await openWorld();
      await world.deliver(records);
      expect((await world.replay(letterOf(world, 1), fate)).answer).toBeUndefined();
      expect(waitsOf(world)).toEqual([1, 3, 5]);
      await redriveAll(world);
      expect(documentsOf(world)).toEqual(truthOf(changes));
    },
  );
});
