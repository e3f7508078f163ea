import { openRun } from '../../infra/local/processes.ts';
import { declareBench, type OptionValues } from '../declare-bench.ts';
import { report } from '../report/report.ts';
import { type Column, RATE_COLUMNS } from '../report/results.ts';
import { measureSink, type PreparedSink, prepareSink, type SinkResult, startReplayServer } from './measure-sink.ts';
import { PARTITIONS } from './sample-puts.ts';
import { WORKS, type WorkName } from './works.ts';

const OPTIONS = {
  records: { default: 400_000, what: 'records of a round; the first 30 % are not counted' },
  rounds: { default: 3, what: 'how often each work is measured' },
  works: { default: Object.keys(WORKS).join(','), what: 'what is measured, of these' },
  batches: { default: '500,1000', what: 'records of an invocation' },
  profiles: { default: '', what: 'a folder for CPU profiles of the last round' },
} as const;

/**
 * The sink on its own: its bundled handler in a process of its own, driven with the events of an event source mapping,
 * against a server that acknowledges writes at once. Works take turns, so that what disturbs the machine disturbs them
 * alike.
 */
export const sinkBench = declareBench({
  what: 'the sink function against a server that acknowledges writes',
  options: OPTIONS,
  run: benchSink,
});

const [, ...OTHER_COLUMNS] = RATE_COLUMNS;
const COLUMNS: readonly Column[] = [
  { figure: 'perSecond', title: 'records/s', decimals: 0, better: 'more' },
  ...OTHER_COLUMNS,
  { figure: 'operationsPerCommand', title: 'operations per command', decimals: 0, better: 'more' },
];

async function benchSink(options: OptionValues<typeof OPTIONS>): Promise<void> {
  await using run = await openRun();
  const replay = await startReplayServer(run);
  const sinks = new Map<PreparedSink, SinkResult[]>();
  for (const name of options.works.split(',').map(workOf)) {
    for (const size of options.batches.split(',').map(Number)) {
      sinks.set(await prepareSink(run, { name: `${name}, puts of ${size}`, work: WORKS[name], size }, replay.uri), []);
    }
  }
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const [sink, rounds] of sinks) {
      const result = await measureSink(run, sink, { ...options, round }, replay.process);
      rounds.push(result);
      console.error(
        `${sink.name}: ${Math.round(result.perSecond)} records/s, ${result.cpuPerMillion.toFixed(2)} CPU s per million`,
      );
    }
  }
  const series = [...sinks].map(([{ name }, rounds]) => ({ work: name, side: 'tailrace', rounds }));
  const notes = [`Each put has records of ${PARTITIONS} partitions; one put at a time.`];
  report({ bench: 'sink', options, columns: COLUMNS, series, notes });
}

function workOf(name: string): WorkName {
  if (Object.hasOwn(WORKS, name)) return name as WorkName;
  throw new RangeError(`Expected works of ${Object.keys(WORKS).join(', ')}, got '${name}'`);
}
