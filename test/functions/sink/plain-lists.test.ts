import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lendMemory } from '../../../functions/connect/put-memory.ts';
import { parseAnyEvent, parseMskEvent } from '../../../functions/sink/parse-msk-event.ts';
import { recordsOfPlainLists } from '../../../functions/sink/plain-lists.ts';

const bytes = fc.uint8Array({ maxLength: 12 }).map((each) => Buffer.from(each).toString('base64'));
const header = fc.dictionary(fc.string({ maxLength: 4 }), fc.option(fc.array(fc.integer({ min: -128, max: 255 }))), {
  minKeys: 1,
  maxKeys: 1,
});
const facts = fc.record(
  {
    timestamp: fc.integer({ min: 0 }),
    timestampType: fc.constantFrom('CREATE_TIME', 'LOG_APPEND_TIME'),
    key: fc.option(bytes),
    value: fc.option(bytes),
    headers: fc.array(header, { maxLength: 3 }),
  },
  { requiredKeys: [] },
);
const list = fc
  .record({ partition: fc.nat(9), first: fc.nat(99), all: fc.array(facts, { maxLength: 4 }) })
  .map(({ all, first, partition }) => ({
    name: `orders-${partition}`,
    records: all.map((each, index) => ({ topic: 'orders', partition, offset: first + index, ...each })),
  }));
const lists = fc
  .array(list, { maxLength: 3 })
  .map((all) => Object.fromEntries(all.map(({ name, records }) => [name, records] as const)));

const eventOf = (records: unknown) => ({ eventSource: 'aws:kafka', records });

/** What a parser makes of an event: its records, or its words. */
function outcomeOf(parse: typeof parseMskEvent, event: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(parse(event)));
  } catch (error) {
    return (error as Error).message;
  }
}

test('events as Lambda writes them are read the quick way, and as the other way reads them', () => {
  fc.assert(
    fc.property(lists, (records) => {
      expect(recordsOfPlainLists(records, lendMemory())).toBeDefined();
      expect(outcomeOf(parseMskEvent, eventOf(records))).toEqual(outcomeOf(parseAnyEvent, eventOf(records)));
    }),
  );
});

const PLACES = ['topic', 'partition', 'offset', 'timestamp', 'timestampType', 'key', 'value', 'headers'] as const;
const wrong = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(undefined, Number.NaN, -1, 0.5, '*', 'A===', 'AA', 'AA-_', 'NO_TIMESTAMP_TYPE'),
  fc.constantFrom<unknown>([{ a: [256] }], [{ a: 'b' }], [{ a: [0.5] }], [[1]], [null]),
);

test('whatever else stands in a record, both ways read the same or refuse it in the same words', () => {
  fc.assert(
    fc.property(lists, fc.constantFrom(...PLACES), fc.nat(3), wrong, (records, place, index, value) => {
      const [first] = Object.values(records);
      const record = first?.[index];
      fc.pre(record !== undefined);
      Object.assign(record!, { [place]: value });
      expect(outcomeOf(parseMskEvent, eventOf(records))).toEqual(outcomeOf(parseAnyEvent, eventOf(records)));
    }),
    { numRuns: 1000 },
  );
});
