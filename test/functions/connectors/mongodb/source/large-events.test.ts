import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SourceBatch } from '../../../../../functions/connect/connector.ts';
import { poll } from '../../../../../functions/connectors/mongodb/source/poll.ts';
import { mongodbSourceConfig } from '../../../../../functions/connectors/mongodb/source/properties.ts';
import { sourceDeps } from '../../../../support/source-deps.ts';
import { eventOf, type LargeEvent, largeEventServer, type ServerOptions } from './large-event-server.ts';

/** Reads from a fake server until it has so many records and rejected events. */
async function read(
  events: readonly LargeEvent[],
  options: ServerOptions,
  count: number,
  properties: Readonly<Record<string, string>> = {},
) {
  const config = mongodbSourceConfig.parse({
    name: 'orders',
    'connector.class': 'MongoSource',
    database: 'shop',
    collection: 'orders',
    ...properties,
  });
  const server = largeEventServer(events, options);
  const stop = new AbortController();
  // a broken connection is tried again after next to no time
  const deps = { connect: () => server.connection, probe: server.probe, random: () => -0.99 };
  const batches: SourceBatch[] = [];
  const records = () => batches.flatMap((batch) => batch.records);
  const rejected = () => batches.flatMap((batch) => batch.rejected ?? []);
  for await (const batch of poll(config, undefined, sourceDeps(), stop.signal, deps)) {
    batches.push(batch);
    if (records().length + rejected().length >= count) stop.abort();
  }
  return {
    batches,
    rejected: rejected(),
    values: records().map(({ value }) => JSON.parse(String(value))),
    opened: server.commands.filter((command) => 'aggregate' in command),
  };
}

const all = { 'errors.tolerance': 'all' };
const large = (n: number): LargeEvent => ({ n, fragments: 3, isTooLarge: true });
const small = (n: number): LargeEvent => ({ n, fragments: 1 });
const ends = new Set(['start', 'undefined']);

test('a split event is one record, whatever replies and connections its fragments come over, and no token inside is stored (fake fragments)', async () => {
  const event = fc.record({ fragments: fc.integer({ min: 1, max: 4 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { minLength: 1, maxLength: 8 }),
      fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 20 }),
      async (shapes, sizes) => {
        const events = shapes.map(({ fragments }, index) => ({ n: index + 1, fragments }));
        const chops = [...sizes];
        const chop = () => chops.shift() ?? 3;
        const { batches, values } = await read(events, { splits: true, chop }, events.length);
        expect(values).toEqual(
          events.map(({ n, fragments }) => ({ _id: { _data: `${n}` }, ...eventOf(n, fragments) })),
        );
        const stored = batches.map(({ offset }) => (offset._id ? JSON.parse(offset._id)._data : 'undefined'));
        expect(stored.filter((token) => !ends.has(token) && !/^\d+$/.test(token))).toEqual([]);
        // each offset covers what came before it, and no more
        let published = 0;
        for (const [index, { records }] of batches.entries()) {
          published += records.length;
          if (!ends.has(stored[index]!)) expect(Number(stored[index])).toBe(published);
        }
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

test('the stage is sent where the server has it, and not twice where the pipeline has it', async () => {
  const chop = () => 9;
  const stagesOf = async (splits: boolean, properties = {}) => {
    const { opened } = await read([small(1)], { splits, chop }, 1, properties);
    return opened[0]?.pipeline.slice(1).flatMap(Object.keys);
  };
  const stage = '$changeStreamSplitLargeEvent';
  expect(await stagesOf(true)).toEqual([stage]);
  expect(await stagesOf(false)).toEqual([]);
  expect(await stagesOf(true, { pipeline: `[{$match: {}}, {${stage}: {}}]` })).toEqual(['$match', stage]);
  expect(await stagesOf(false, { pipeline: `[{${stage}: {}}]` })).toEqual([stage]);
});

test.each([
  ['the first', [large(1), small(2), small(3)]],
  ['in the middle of a reply', [small(1), small(2), small(3), small(4), large(5), small(6)]],
  ['the last', [small(1), small(2), large(3)]],
  ['several', [large(1), large(2), small(3), large(4), small(5), small(6), large(7)]],
])(
  'an event that fits into no reply is rejected alone, and all others are published: %s (fake error 10334)',
  async (_, events) => {
    const { rejected, values } = await read(events, { splits: false, chop: () => 100 }, events.length, all);
    const isLarge = ({ isTooLarge }: LargeEvent) => isTooLarge === true;
    expect(values.map((value) => value.documentKey._id)).toEqual(
      events.filter((each) => !isLarge(each)).map(({ n }) => n),
    );
    expect(rejected.map(({ token }) => JSON.parse(token)._data)).toEqual(events.filter(isLarge).map(({ n }) => `${n}`));
    expect(rejected[0]).toMatchObject({
      namespace: 'shop.orders',
      error: { code: 'CHANGE_EVENT_INVALID', message: expect.stringContaining('BSONObj size: 17000000') },
    });
    expect(JSON.parse(String(rejected[0]?.key))).toEqual({ _id: Number(JSON.parse(rejected[0]!.token)._data) });
  },
);

test('a failure while an event that is too large is passed over loses nothing (fake error 10334)', async () => {
  const events = [small(1), small(2), large(3), small(4)];
  for (let cutAt = 0; cutAt < 6; cutAt += 1) {
    let calls = 0;
    const chop = () => (calls++ === cutAt ? 0 : 100);
    const { rejected, values } = await read(events, { splits: false, chop }, 4, all);
    expect(values.map((value) => value.documentKey._id)).toEqual([1, 2, 4]);
    expect(rejected).toHaveLength(1);
  }
});

test('without tolerance it stops the stream, with the words of the server (fake error 10334)', async () => {
  await expect(read([small(1), large(2)], { splits: false, chop: () => 1 }, 2)).rejects.toMatchObject({
    name: 'DataError',
    message: expect.stringContaining('BSONObj size: 17000000'),
  });
});
