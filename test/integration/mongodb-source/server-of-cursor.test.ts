import { expect, test } from 'vitest';
import { type FakeMongodb, openFakeMongodb } from '../../support/fake-mongodb.ts';
import { until } from '../../support/until.ts';
import { keyOf, watch } from './watching.ts';

const insert = (_id: number) => ({
  operationType: 'insert',
  ns: { db: 'shop', coll: 'orders' },
  documentKey: { _id },
  fullDocument: { _id },
});

const watchOrders = ({ uri }: FakeMongodb, properties = {}) =>
  watch({ 'connection.uri': uri, database: 'shop', collection: 'orders', 'poll.await.time.ms': '20', ...properties });

/** Which servers got commands of cursors. */
const serversOf = ({ commands }: FakeMongodb, ...names: string[]) =>
  new Set(commands.filter(({ name }) => names.includes(name)).map(({ server }) => server));

// each case is tried until every server had its turn to open a cursor; with a server chosen per command one in two
// (three) getMores would meet a server that does not know the cursor
test.each([
  ['two mongos (wire-level fake)', 'sharded', '', [0, 1]],
  ['two secondaries (wire-level fake)', 'replica set', 'readPreference=secondary', [1, 2]],
] as const)(
  'getMore and killCursors go to the server that opened the cursor: %s',
  async (_, kind, options, servers) => {
    await using deployment = await openFakeMongodb({ kind, options });
    const openers = new Set<number>();
    while (openers.size < servers.length) {
      const before = deployment.commands.length;
      const source = await watchOrders(deployment);
      for (let n = 0; n < 8; n += 1) {
        deployment.stream.append(insert(n));
        await source.records(n + 1);
      }
      await source.stop();
      const commands = deployment.commands
        .slice(before)
        .filter(({ name }) => /^(aggregate|getMore|killCursors)$/.test(name));
      expect(commands.filter(({ name }) => name === 'getMore').length).toBeGreaterThan(7);
      expect(commands.at(-1)?.name).toBe('killCursors');
      expect(new Set(commands.map(({ server }) => server)).size).toBe(1);
      expect(new Set(commands.map(({ body }) => body.lsid?.id.toString('hex'))).size).toBe(1);
      openers.add(commands[0]!.server);
    }
    expect([...openers].sort()).toEqual(servers);
  },
);

test('a cursor whose server is gone is opened at another one, behind the last event (wire-level fake)', async () => {
  await using deployment = await openFakeMongodb({ kind: 'sharded' });
  await using source = await watchOrders(deployment);
  deployment.stream.append(insert(1));
  await source.records(1);
  const [first = 0] = serversOf(deployment, 'aggregate');

  await deployment.stop(first);
  const reading = source.records(2);
  await until('a cursor at the other server', () => serversOf(deployment, 'aggregate').size === 2);
  deployment.stream.append(insert(2));

  expect((await reading).map((record) => keyOf(record)._id)).toEqual([1, 2]);
});
