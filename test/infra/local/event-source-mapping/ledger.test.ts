import { expect, test } from 'vitest';
import { accept, committable, joined, take } from '../../../../infra/local/event-source-mapping/ledger.ts';
import { at, positions } from './mapping-records.ts';

const owning = (committed: number) => joined(new Map(), new Map([[0, committed]]));

test('commits up to the first record that is not settled', () => {
  const ledger = owning(5);
  const owned = ledger.get(0)!;
  expect(committable(owned, [])).toBe(5);
  const records = [at(0, 5), at(0, 6), at(0, 8)];
  // 9 was a transaction's marker: read, and no record
  accept(owned, records, 10);
  expect(committable(owned, [])).toBe(5);
  take(ledger, records.slice(0, 2));
  expect(committable(owned, records.slice(0, 2))).toBe(5);
  expect(committable(owned, records.slice(1, 2))).toBe(6);
  expect(committable(owned, [at(1, 0)])).toBe(8);
  take(ledger, records.slice(2));
  expect(committable(owned, [])).toBe(10);
});

test('leaves out what it has when the reader begins again at the committed offset', () => {
  const ledger = owning(5);
  accept(ledger.get(0)!, [at(0, 5), at(0, 6)], 7);
  const rejoined = joined(ledger, new Map([[0, 5]]));
  accept(rejoined.get(0)!, [at(0, 5), at(0, 6), at(0, 7)], 8);
  expect(positions(rejoined.get(0)!.buffer)).toEqual(['0@5', '0@6', '0@7']);
});

test('forgets a partition that another member reads', () => {
  const ledger = owning(5);
  accept(ledger.get(0)!, [at(0, 5)], 6);
  const without = joined(ledger, new Map([[1, 0]]));
  expect([...without.keys()]).toEqual([1]);
  const again = joined(without, new Map([[0, 5]]));
  expect(again.get(0)).toMatchObject({ buffer: [], readUpTo: 5 });
});

test('begins anew where the topic was made anew', () => {
  const owned = owning(100).get(0)!;
  accept(owned, [at(0, 100)], 101);
  accept(owned, [at(0, 0), at(0, 1)], 2);
  expect(positions(owned.buffer)).toEqual(['0@0', '0@1']);
  expect(committable(owned, [])).toBe(0);
});
