import { declareBench, type OptionValues } from '../declare-bench.ts';
import { DATA_OPTIONS } from '../measure/replay.ts';
import { parseMix } from '../replay-server/parse-mix.ts';
import { report } from '../report/report.ts';
import type { Column, Figures, Series } from '../report/results.ts';
import { FORMATS } from '../source/formats.ts';
import { checkRatios } from './check-ratios.ts';
import { createEncoder, plainWay, sampleEvents } from './encoders.ts';
import { leastCosts } from './least-costs.ts';

const OPTIONS = {
  rounds: { default: 5, what: 'how often each output is measured' },
  ...DATA_OPTIONS,
  check: {
    default: false,
    what: 'fail where an output is not as many times cheaper than the plain way as it has to be',
  },
} as const;

/** Without sockets and other programs: what the work between the two sockets of the source task costs. */
export const encodeBench = declareBench({
  what: 'from the bytes of change events to the bytes of record batches, in this process alone',
  options: OPTIONS,
  run: benchEncode,
});

const OURS = 'tailrace';
const PLAIN = 'deserialize, JSON.stringify';

/** Enough that a pass takes some milliseconds, and that they stay in the cache, as a reply of the source does. */
const EVENTS = 1500;
/** It takes some passes until all of the code is compiled. */
const WARM_UP_PASSES = 30;
const PASSES = 30;

const COLUMNS: readonly Column[] = [
  { figure: 'perSecond', title: 'events/s of a core', decimals: 0, better: 'more' },
  { figure: 'cpuPerMillion', title: 'CPU s per million', decimals: 2, better: 'less' },
];

async function benchEncode({ check, rounds, ...data }: OptionValues<typeof OPTIONS>): Promise<void> {
  if (check) return checkEncoders(data);
  const series = measureEncoders(rounds, data);
  report({ bench: 'encode', options: { rounds, ...data }, columns: COLUMNS, series, ours: OURS });
}

/** Another program can take the machine for a whole round, so several may show that the code is as fast as it was. */
const TRIES = 4;

async function checkEncoders(data: OptionValues<typeof DATA_OPTIONS>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const verdicts = checkRatios(measureEncoders(1, data));
    const failures = verdicts.filter(({ isEnough }) => !isEnough);
    if (failures.length > 0 && tries < TRIES) continue;
    for (const { sentence } of verdicts) console.log(sentence);
    process.exitCode = failures.length > 0 ? 1 : 0;
    return;
  }
}

/** Every output next to the plain way, in turns. */
function measureEncoders(
  rounds: number,
  { collections, mix, size }: OptionValues<typeof DATA_OPTIONS>,
): readonly Series[] {
  const events = sampleEvents(EVENTS, { collections, documentBytes: size, mix: parseMix(mix) });
  const outputs = Object.entries(FORMATS).map(([work, properties]) => ({ work, encode: createEncoder(properties) }));
  const works = [
    ...outputs.map(({ encode }) => ({ encode, events })),
    // takes several times as long
    { encode: plainWay, events: events.slice(0, EVENTS / 10) },
  ];
  leastCosts(works, WARM_UP_PASSES);
  const measured = Array.from({ length: rounds }, () => leastCosts(works, PASSES).map(toFigures));
  return outputs.flatMap(({ work }, index) => [
    { work, side: OURS, rounds: measured.map((round) => round[index]!) },
    { work, side: PLAIN, rounds: measured.map((round) => round.at(-1)!) },
  ]);
}

const toFigures = (micros: number): Figures => ({ perSecond: 1e6 / micros, cpuPerMillion: micros });
