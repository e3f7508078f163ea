import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planCommands } from '../../../../../functions/connectors/mongodb/sink/plan-commands.ts';

type Write = { n: number; command: 'update' | 'delete'; id: string | undefined; bytes: number };

const update = (n: number, id?: string): Write => ({ n, command: 'update', id, bytes: 100 });
const remove = (n: number, id?: string): Write => ({ n, command: 'delete', id, bytes: 100 });
const numbers = (commands: readonly Write[][]) => commands.map((command) => command.map(({ n }) => n));

test.each([
  ['one kind is one command', [update(1, 'a'), update(2, 'b')], true, [[1, 2]]],
  ['different documents pass each other', [update(1, 'a'), remove(2, 'b'), update(3, 'c')], true, [[1, 3], [2]]],
  ['one document keeps its order', [update(1, 'a'), remove(2, 'a'), update(3, 'a')], true, [[1], [2], [3]]],
  ['a server that keeps the order may get a document twice', [update(1, 'a'), update(2, 'a')], true, [[1, 2]]],
  ['a server that does not gets it once', [update(1, 'a'), update(2, 'a')], false, [[1], [2]]],
  // it may be any document, so nothing may pass it
  ['a write without an id holds its place', [update(1, 'a'), remove(2), update(3, 'b')], true, [[1], [2], [3]]],
])('%s', (_, writes, isOrdered, expected) => {
  expect(numbers(planCommands(writes, isOrdered))).toEqual(expected);
});

test('a command stays below the size of a message', () => {
  const commands = planCommands(
    [1, 2, 3].map((n) => ({ ...update(n, `${n}`), bytes: 16_000_000 })),
    true,
  );
  expect(numbers(commands)).toEqual([[1, 2], [3]]);
});

const write = fc.record({
  command: fc.constantFrom('update' as const, 'delete' as const),
  id: fc.constantFrom('a', 'b', 'c', 'd', undefined),
  bytes: fc.constantFrom(1, 15_000_000),
});

test.each([true, false])(
  'sends every write once and never changes the order of a document (ordered: %s)',
  (isOrdered) => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 40 }), (list) => {
        const writes = list.map((one, n) => ({ ...one, n }));
        const commands = planCommands(writes, isOrdered);
        expect(
          commands
            .flat()
            .map(({ n }) => n)
            .sort((a, b) => a - b),
        ).toEqual(writes.map(({ n }) => n));
        const places = new Map(commands.flat().map(({ n }, place) => [n, place]));
        const commandOf = new Map(commands.flatMap((command, place) => command.map(({ n }) => [n, place])));
        for (const [index, later] of writes.entries()) {
          for (const earlier of writes.slice(0, index)) {
            const mayBeTheSame = earlier.id === undefined || later.id === undefined || earlier.id === later.id;
            if (!mayBeTheSame) continue;
            expect(places.get(earlier.n)).toBeLessThan(places.get(later.n)!);
            if (!isOrdered) expect(commandOf.get(earlier.n)).not.toBe(commandOf.get(later.n));
          }
        }
        for (const command of commands) expect(new Set(command.map((one) => one.command)).size).toBe(1);
      }),
    );
  },
);

test('writes of one kind that the server keeps in order are not asked for their documents', () => {
  const asked = (n: number) => ({
    ...update(n),
    get id(): string {
      throw new Error('asked');
    },
  });
  expect(numbers(planCommands([asked(1), asked(2)], true))).toEqual([[1, 2]]);
  expect(planCommands([], true)).toEqual([]);
});
