import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConsumedRecord } from '../../../functions/connect/records.ts';
import type { BatchResponse } from '../../../functions/sink/put-invocation.ts';
import { documentsOf, type Fate, openWorld, recordsOf, truthOf, type World } from './parking-world.ts';

/** More of them in the long form. */
const CASES = Number(process.env.TAILRACE_FUZZ_CASES ?? 100);
const TIMEOUT_MS = 60_000 + CASES * 500;

const change = fc.record({
  key: fc.integer({ min: 1, max: 2 }),
  field: fc.constantFrom('a', 'b'),
  isBad: fc.oneof({ weight: 2, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});
const fate = fc.record({
  diesAt: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
  when: fc.constantFrom('before' as const, 'after' as const),
  refusedLetters: fc.oneof(fc.constant([]), fc.array(fc.nat(3), { maxLength: 2 })),
});
const putStep = fc.record({ do: fc.constant('put' as const), size: fc.integer({ min: 1, max: 5 }), fate });
const replayStep = fc.record({
  do: fc.constant('replay' as const),
  letter: fc.nat(),
  /** The queue gives the message once more. */
  comesTwice: fc.boolean(),
  fate,
});
const mendStep = fc.constant({ do: 'mend' as const });
const history = fc.record({
  changes: fc.array(change, { minLength: 1, maxLength: 12 }),
  steps: fc.array(fc.oneof({ weight: 4, arbitrary: putStep }, { weight: 4, arbitrary: replayStep }, mendStep), {
    maxLength: 25,
  }),
  hasPartialResponse: fc.boolean(),
  mostListed: fc.constantFrom(1_000, 1),
  isParking: fc.constant<boolean>(true),
});

type History = typeof history extends fc.Arbitrary<infer Value> ? Value : never;

/** A topic whose one partition is read from the first record that was not settled, as the mapping does. */
function reader(records: readonly ConsumedRecord[]) {
  let next = 0;
  return {
    isAtEnd: () => next >= records.length,
    async read(world: World, size: number, fate?: Fate) {
      const batch = records.slice(next, next + size);
      if (batch.length === 0) return;
      const { answer } = await world.deliver(batch, fate);
      if (answer) next = firstFailed(answer) ?? next + batch.length;
    },
  };
}

const firstFailed = ({ batchItemFailures }: BatchResponse): number | undefined =>
  batchItemFailures.length === 0
    ? undefined
    : Math.min(...batchItemFailures.map(({ itemIdentifier }) => itemIdentifier.offset));

/** Takes a letter out of the queue and replays it; it is back where it was not settled, or comes twice. */
async function replayOne(world: World, letter: number, { comesTwice, fate }: { comesTwice: boolean; fate?: Fate }) {
  if (world.letters.length === 0) return;
  const [body] = world.letters.splice(letter % world.letters.length, 1);
  if (comesTwice) world.letters.push(body!);
  const { answer } = await world.replay(body!, fate);
  if (!answer || answer.batchItemFailures.length > 0) world.letters.push(body!);
}

/** The cause is mended, holds of the dead run out, everything that waits is sent again until nothing does. */
async function drain(world: World, topic: ReturnType<typeof reader>): Promise<void> {
  world.state.isMended = true;
  world.state.now += 600_000;
  for (let round = 0; round < 100 && !(topic.isAtEnd() && world.letters.length === 0); round += 1) {
    await topic.read(world, 4);
    for (let left = world.letters.length; left > 0; left -= 1) await replayOne(world, round, { comesTwice: false });
  }
}

async function run({ changes, hasPartialResponse, isParking, mostListed, steps }: History) {
  const world = await openWorld({ hasPartialResponse, isParking, mostListed });
  const topic = reader(recordsOf(changes));
  for (const step of steps) {
    if (step.do === 'mend') world.state.isMended = true;
    else if (step.do === 'put') await topic.read(world, step.size, step.fate);
    else await replayOne(world, step.letter, step);
  }
  await drain(world, topic);
  return world;
}

test(
  'whatever is rejected, dies, comes twice or is sent again in whatever order: the newest state wins and nothing is lost',
  async () => {
    await fc.assert(
      fc.asyncProperty(history, async (one) => {
        const world = await run(one);
        expect(documentsOf(world)).toEqual(truthOf(one.changes));
        expect({ letters: world.letters, parked: [...world.items.keys()] }).toEqual({ letters: [], parked: [] });
      }),
      { numRuns: CASES },
    );
  },
  TIMEOUT_MS,
);

test(
  'without parking the same histories lose newer state',
  async () => {
    const check = fc.asyncProperty(history, async (one) => {
      const world = await run({ ...one, isParking: false });
      expect(documentsOf(world)).toEqual(truthOf(one.changes));
    });
    await expect(fc.assert(check, { numRuns: 500, endOnFailure: true })).rejects.toThrow();
  },
  TIMEOUT_MS,
);

test(
  'puts, replays and deaths at the same time, in whatever order their calls come through',
  async () => {
    const scheduled = fc.record({ plan: history, scheduler: fc.scheduler() });
    await fc.assert(
      fc.asyncProperty(scheduled, async ({ plan, scheduler }) => {
        const { changes, hasPartialResponse, mostListed, steps } = plan;
        let isAtOnce = true;
        const pause = async (what: string) => (isAtOnce ? scheduler.schedule(Promise.resolve(), what) : undefined);
        const world = await openWorld({ hasPartialResponse, mostListed, pause });
        const topic = reader(recordsOf(changes));
        const puts = steps.filter((step) => step.do !== 'replay');
        const replays = steps.filter((step) => step.do === 'replay');
        const putting = async () => {
          for (const step of puts) {
            if (step.do === 'put') await topic.read(world, step.size, step.fate);
            else world.state.isMended = true;
          }
        };
        // as many at a time as the replay queue's mapping may have
        const replaying = async (parity: number) => {
          for (const [place, step] of replays.entries()) {
            await pause('next letter');
            if (place % 2 === parity) await replayOne(world, step.letter, step);
          }
        };
        const all = Promise.all([putting(), replaying(0), replaying(1)]);
        await scheduler.waitFor(all);
        isAtOnce = false;
        await drain(world, topic);
        expect(documentsOf(world)).toEqual(truthOf(changes));
        expect({ letters: world.letters, parked: [...world.items.keys()] }).toEqual({ letters: [], parked: [] });
      }),
      { numRuns: CASES },
    );
  },
  TIMEOUT_MS,
);
