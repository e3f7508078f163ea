import { expect, test } from 'vitest';
import { RATE_COLUMNS, type Results } from '../../bench/report/results.ts';
import { withResults } from '../../docs/performance-page.ts';

const resultsOf = (bench: string): Results => ({
  bench,
  options: { rounds: 1 },
  columns: RATE_COLUMNS,
  date: '2026-02-03T04:05:06Z',
  machine: { cores: 2, cpu: 'Some CPU', memoryGiB: 8, system: 'Linux 6' },
  series: [{ work: 'bson', side: 'tailrace', rounds: [{}], medians: { perSecond: 1000 } }],
  ratios: [],
});
const page = (between: string) => `# Speed

<!-- results of "npm run bench -- source --peer" -->
${between}<!-- end of results -->

What it means.
`;

test('the tables of a bench stand between its marks, and what is around them stays', () => {
  const written = withResults(page('an old table\n'), resultsOf);
  expect(written).toContain('| bson | tailrace | 1,000 | – | – |');
  expect(written).not.toContain('an old table');
  expect(written).toMatch(/^# Speed\n/);
  expect(written).toMatch(/What it means\.\n$/);
});

test('a page that is written already stays as it is', () => {
  const written = withResults(page(''), resultsOf);
  expect(withResults(written, resultsOf)).toBe(written);
});

test('a page without marks is refused', () => {
  expect(() => withResults('# Speed', resultsOf)).toThrow('Expected marks');
});
