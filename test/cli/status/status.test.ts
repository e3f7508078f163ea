import { describe, expect, test } from 'vitest';
import { printStatus, type StatusDeps } from '../../../cli/status/status.ts';
import { NOW, openFolder } from '../command-line.ts';

const secondsBefore = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();
const source = { 'connector.class': 'MongoSource', 'connection.uri': 'mongodb://h' };
const sink = { 'connector.class': 'MongoSink', topics: 'a', 'connection.uri': 'mongodb://h', database: 'd' };

async function status(overrides: Partial<StatusDeps>, files: Readonly<Record<string, unknown>> = {}) {
  using folder = openFolder();
  for (const [name, content] of Object.entries(files)) folder.write(`connectors/${name}`, content);
  const lines: string[] = [];
  const exitCode = await printStatus({
    environment: 'dev',
    connectorsFolder: `${folder.path}/connectors`,
    readSourceItems: async () => ({}),
    countDeadLetters: async () => ({ waiting: 0, replaying: 0 }),
    now: () => NOW,
    out: (line) => lines.push(line),
    ...overrides,
  });
  expect(exitCode).toBe(0);
  return lines;
}

const orders = { 'orders.json': { name: 'orders', config: source } };

describe('a source', () => {
  test('that works shows its lease and how old its position is', async () => {
    const readSourceItems = async () => ({
      lease: { owner: 'host-1', epoch: 4, renewedAt: secondsBefore(2) },
      position: { updatedAt: secondsBefore(1), clusterTime: NOW / 1000 - 5 },
    });
    expect(await status({ readSourceItems }, orders)).toEqual([
      'CONNECTOR  TYPE    STATE       EPOCH  OWNER   POSITION              STORED',
      'orders     source  lease held  4      host-1  2026-11-24 11:59:55Z  1 s ago',
      '',
      'Dead letters waiting in dev: 0',
    ]);
  });

  test.each([
    ['that never ran', {}, /orders\s+source\s+never started\s+never$/],
    ['whose lease was released', { lease: { epoch: 2, renewedAt: secondsBefore(9) } }, /lease free\s+2\s+never$/],
    [
      'whose task is gone',
      { lease: { owner: 'host-1', epoch: 2, renewedAt: secondsBefore(300) } },
      /lease not renewed, last 5 min ago\s+2\s+host-1\s+never$/,
    ],
    [
      'within a copy',
      { lease: { owner: 'host-1', epoch: 2, renewedAt: secondsBefore(3) }, copied: 12_000 },
      /lease held, 12000 documents copied so far\s+2\s+host-1\s+never$/,
    ],
    [
      'without a time in its position',
      { lease: { epoch: 1, renewedAt: secondsBefore(1) }, position: { updatedAt: secondsBefore(7200) } },
      /lease free\s+1\s+2 h ago$/,
    ],
  ])('%s', async (_, items, row) => {
    expect((await status({ readSourceItems: async () => items }, orders))[1]).toMatch(row);
  });
});

describe('a gap of a source', () => {
  const gap = { from: secondsBefore(7200), to: secondsBefore(3600), cause: 'gone (code 286)', action: 'latest' };
  const withGaps = (...gaps: readonly (typeof gap)[]) =>
    status({ readSourceItems: async () => ({ lease: { epoch: 1, renewedAt: secondsBefore(1) }, gaps }) }, orders);

  test('says from when to when, why, and what was done', async () => {
    const { from: _, ...timeless } = gap;
    expect((await withGaps(gap, { ...gap, action: 'copy' }, timeless as typeof gap)).slice(2, 5)).toEqual([
      'Gap of orders, from 2026-11-24 10:00:00Z to 2026-11-24 11:00:00Z: not published (gone (code 286))',
      'Gap of orders, from 2026-11-24 10:00:00Z to 2026-11-24 11:00:00Z: copied again, without the deletes (gone (code 286))',
      'Gap of orders, from an unknown time to 2026-11-24 11:00:00Z: not published (gone (code 286))',
    ]);
  });

  test('is counted where there are many', async () => {
    const lines = await withGaps(...Array.from({ length: 7 }, () => gap));
    expect(lines.filter((line) => line.startsWith('Gap of orders'))).toHaveLength(5);
    expect(lines).toContain('Gaps of orders before these: 2');
  });
});

test('a sink shows the state of its event source mappings', async () => {
  const readMappings = async (connector: string) => `Enabled for ${connector}`;
  const lines = await status({ readMappings }, { 'a.json': { name: 'orders-sink', config: sink } });
  expect(lines.slice(0, 2)).toEqual(['CONNECTOR    TYPE  STATE', 'orders-sink  sink  Enabled for orders-sink']);
});

test('connectors are in the order of their files', async () => {
  const lines = await status({}, { 'b.json': { name: 'b', config: sink }, 'a.json': { name: 'a', config: source } });
  expect(lines.slice(1, 3).map((line) => line.split(' ')[0])).toEqual(['a', 'b']);
});

test('a file that cannot be read is named, and the others are shown', async () => {
  const lines = await status({}, { ...orders, 'bad.json': '{' });
  expect(lines[1]).toContain('orders');
  expect(lines[2]).toMatch(/bad\.json can't be read: see "npx tailrace validate .*bad\.json"$/);
});

describe('on this machine', () => {
  const local = { name: 'movies', type: 'source' as const, state: 'streaming', lag: '1 s', rate: 250, deadLetters: 3 };

  test('what runs is shown, with lag, rate and dead letters', async () => {
    const lines = await status({ askLocalStatus: async () => [local] }, orders);
    expect(lines.slice(0, 2)).toEqual([
      'CONNECTOR  TYPE    STATE                     STORED  LAG  RECORDS/S  DEAD LETTERS',
      'movies     source  streaming, never started  never   1 s  250        3',
    ]);
  });

  test('a launcher that does not answer is said, and the table is read all the same', async () => {
    const askLocalStatus = () => Promise.reject(new Error('No answer'));
    const lines = await status({ askLocalStatus }, orders);
    expect(lines[1]).toContain('orders');
    expect(lines).toContain('The launcher of this machine does not answer: No answer');
  });
});

test('dead letters are counted, with the command that lists them', async () => {
  const lines = await status({ countDeadLetters: async () => ({ waiting: 3, replaying: 1 }) });
  expect(lines.slice(-2)).toEqual([
    'Dead letters waiting in dev: 3, see them with "npx tailrace dead-letters list --env dev"',
    'On their way back to a sink: 1',
  ]);
});
