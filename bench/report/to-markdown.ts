import type { Results } from './results.ts';
import { toNumber, toRatio, toTable } from './table.ts';

/** A line of what it was measured on, the table of medians, and the ratios. */
export function toMarkdown(results: Results): string {
  const { columns, date, machine, notes = [], options, ratios, series, versions = {} } = results;
  const software = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const chosen = Object.entries(options)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name} ${value}`);
  const rows = series.map(({ medians, side, work }) => [
    work,
    side,
    ...columns.map(({ decimals, figure, unit = 1 }) => toNumber((medians[figure] ?? Number.NaN) / unit, decimals)),
  ]);
  const compared = columns.filter(({ better }) => better !== undefined);
  const ratioRows = ratios.map(({ against, side, timesBetter, work }) => [
    work,
    side,
    against,
    ...compared.map(({ figure }) => toRatio(timesBetter[figure]!)),
  ]);
  const rounds = Math.max(0, ...series.map((each) => each.rounds.length));
  return [
    `${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.system}; ${software.join(', ')}; ${date.slice(0, 10)}`,
    chosen.join(', '),
    rounds === 1 ? 'One round:' : `Medians of ${rounds} rounds:`,
    toTable(['work', 'by', ...columns.map(({ title }) => title)], 2, rows),
    ...(ratioRows.length === 0
      ? []
      : [
          'How many times better, the median of the pairs (least–most):',
          toTable(['work', 'by', 'than', ...compared.map(({ title }) => title)], 3, ratioRows),
        ]),
    ...notes,
  ].join('\n\n');
}
