import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { report } from '../../../bench/report/report.ts';
import { RATE_COLUMNS, type Report, toResults } from '../../../bench/report/results.ts';
import { toMarkdown } from '../../../bench/report/to-markdown.ts';

const rate = (perSecond: number, cpuPerMillion: number) => ({ events: 70, perSecond, cpuPerMillion, peakBytes: 2e8 });

const MEASURED: Report = {
  bench: 'source',
  options: { events: 100, peer: true },
  versions: { Kafka: '4.3.1' },
  columns: RATE_COLUMNS,
  ours: 'tailrace',
  series: [
    { work: 'reading only', side: 'tailrace', rounds: [rate(9000, 1), rate(9000, 1)] },
    { work: 'bson', side: 'tailrace', rounds: [rate(3000, 5), rate(1000, 7)] },
    { work: 'bson', side: 'peer', rounds: [rate(1000, 15), rate(500, 14)] },
  ],
  notes: ['Reading is fast enough'],
};
const SURROUNDINGS = {
  machine: { cores: 2, cpu: 'Some CPU', memoryGiB: 8, system: 'Linux 6' },
  versions: { tailrace: '0.1.0', 'Node.js': '24' },
  now: new Date('2026-02-03T04:05:06Z'),
};

test('a ratio says how many times better ours is, whether more of it is good or less', () => {
  expect(toResults(MEASURED, SURROUNDINGS).ratios).toEqual([
    {
      work: 'bson',
      side: 'tailrace',
      against: 'peer',
      timesBetter: {
        perSecond: { median: 2.5, least: 2, most: 3 },
        cpuPerMillion: { median: 2.5, least: 2, most: 3 },
        peakBytes: { median: 1, least: 1, most: 1 },
      },
    },
  ]);
});

test('with several of ours each is compared with each of the others, and not with one another', () => {
  const series = ['tailrace, small puts', 'tailrace, large puts', 'peer, 1 task', 'peer, 2 tasks'].map((side) => ({
    work: 'json',
    side,
    rounds: [rate(1000, 5)],
  }));
  const { ratios } = toResults({ ...MEASURED, series }, SURROUNDINGS);
  expect(ratios.map(({ against, side }) => `${side} / ${against}`)).toEqual([
    'tailrace, small puts / peer, 1 task',
    'tailrace, small puts / peer, 2 tasks',
    'tailrace, large puts / peer, 1 task',
    'tailrace, large puts / peer, 2 tasks',
  ]);
});

test('every round stays beside its medians', () => {
  const [, ours] = toResults(MEASURED, SURROUNDINGS).series;
  expect(ours?.rounds).toHaveLength(2);
  expect(ours?.medians).toEqual({ events: 70, perSecond: 2000, cpuPerMillion: 6, peakBytes: 2e8 });
});

test('without a side that the others are compared with there are no ratios', () => {
  expect(toResults({ ...MEASURED, ours: undefined }, SURROUNDINGS).ratios).toEqual([]);
});

test('the Markdown has machine, versions, date and options before the tables, and the notes behind them', () => {
  expect(toMarkdown(toResults(MEASURED, SURROUNDINGS))).toBe(`\
2 × Some CPU, 8 GiB, Linux 6; tailrace 0.1.0, Node.js 24, Kafka 4.3.1; 2026-02-03

events 100, peer true

Medians of 2 rounds:

| work | by | events/s | CPU s per million | peak memory MB |
| --- | --- | --: | --: | --: |
| reading only | tailrace | 9,000 | 1.00 | 200 |
| bson | tailrace | 2,000 | 6.00 | 200 |
| bson | peer | 750 | 14.50 | 200 |

How many times better, the median of the pairs (least–most):

| work | by | than | events/s | CPU s per million | peak memory MB |
| --- | --- | --- | --: | --: | --: |
| bson | tailrace | peer | 2.50 × (2.00–3.00) | 2.50 × (2.00–3.00) | 1.00 × (1.00–1.00) |

Reading is fast enough`);
});

test('the file of a bench holds what its Markdown was made of', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tailrace-results-'));
  const log = vi.spyOn(console, 'log').mockReturnValue();
  try {
    report(MEASURED, folder);
    const written = JSON.parse(readFileSync(join(folder, 'source.json'), 'utf8'));
    expect(log).toHaveBeenCalledWith(toMarkdown(written));
    expect(written).toMatchObject({ bench: 'source', options: MEASURED.options, versions: { Kafka: '4.3.1' } });
    expect(written.machine.cores).toBeGreaterThan(0);
  } finally {
    log.mockRestore();
    rmSync(folder, { recursive: true });
  }
});
