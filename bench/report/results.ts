import type { Machine } from './machine.ts';
import { median, ratioOf, type Spread } from './statistics.ts';

/** What one round of a measurement found. */
export type Figures = { readonly [figure: string]: number };

/** What every bench of throughput measures; of the process alone, all its threads, user and system. */
export type Rate = {
  readonly events: number;
  readonly perSecond: number;
  readonly cpuPerMillion: number;
  readonly peakBytes: number;
};

/** One row: the same work done by the same side, round after round. */
export type Series = { readonly work: string; readonly side: string; readonly rounds: readonly Figures[] };

export type Column = {
  readonly figure: string;
  readonly title: string;
  readonly decimals: number;
  /** What one unit of the table is in units of the figure; by default 1. */
  readonly unit?: number;
  /** Whether more or less of it is good; nothing: it is shown, and not compared. */
  readonly better?: 'more' | 'less';
};

export const RATE_COLUMNS: readonly Column[] = [
  { figure: 'perSecond', title: 'events/s', decimals: 0, better: 'more' },
  { figure: 'cpuPerMillion', title: 'CPU s per million', decimals: 2, better: 'less' },
  { figure: 'peakBytes', title: 'peak memory MB', decimals: 0, unit: 1e6, better: 'less' },
];

export type Report = {
  readonly bench: string;
  readonly options: Readonly<Record<string, number | string | boolean>>;
  /** Of what the bench started, by name; ours and that of Node.js are added. */
  readonly versions?: Readonly<Record<string, string>>;
  readonly columns: readonly Column[];
  readonly series: readonly Series[];
  /** The side that the others are compared with, where there are others; also what begins with it and a comma. */
  readonly ours?: string;
  /** What must be said beside the tables; also in the JSON. */
  readonly notes?: readonly string[];
};

export type Results = Omit<Report, 'series'> & {
  readonly date: string;
  readonly machine: Machine;
  readonly series: readonly (Series & { readonly medians: Figures })[];
  /** How many times better ours is, pair by pair. */
  readonly ratios: readonly Comparison[];
};

export type Comparison = {
  readonly work: string;
  readonly side: string;
  readonly against: string;
  readonly timesBetter: Readonly<Record<string, Spread>>;
};

export type Surroundings = {
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly now: Date;
};

export function toResults({ series, ...rest }: Report, { machine, now, versions }: Surroundings): Results {
  return {
    ...rest,
    date: now.toISOString(),
    machine,
    versions: { ...versions, ...rest.versions },
    series: series.map((each) => ({ ...each, medians: mediansOf(each.rounds) })),
    ratios: rest.ours === undefined ? [] : compare(series, rest.ours, rest.columns),
  };
}

/** The median of every figure on its own. */
function mediansOf(rounds: readonly Figures[]): Figures {
  const names = Object.keys(rounds[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(rounds.map((round) => round[name] ?? Number.NaN))]));
}

/** Each of ours with each of the others that did the same work. */
function compare(series: readonly Series[], ours: string, columns: readonly Column[]): Comparison[] {
  const isOurs = ({ side }: Series) => side === ours || side.startsWith(`${ours},`);
  const others = series.filter((each) => !isOurs(each));
  return series.filter(isOurs).flatMap(({ rounds, side, work }) =>
    others
      .filter((other) => other.work === work)
      .map((other) => ({
        work,
        side,
        against: other.side,
        timesBetter: toTimesBetter(rounds, other.rounds, columns),
      })),
  );
}

function toTimesBetter(
  ours: readonly Figures[],
  theirs: readonly Figures[],
  columns: readonly Column[],
): Record<string, Spread> {
  const spreads = columns.flatMap(({ better, figure }) => {
    if (better === undefined) return [];
    const [own, other] = [ours, theirs].map((rounds) => rounds.map((round) => round[figure] ?? Number.NaN));
    return [[figure, better === 'more' ? ratioOf(own!, other!) : ratioOf(other!, own!)] as const];
  });
  return Object.fromEntries(spreads);
}
