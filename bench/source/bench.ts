import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDynamodb } from '../../infra/local/dynamodb.ts';
import { startKafka } from '../../infra/local/kafka.ts';
import { KAFKA_VERSION } from '../../infra/local/kafka-jars.ts';
import { type ManagedProcess, openRun } from '../../infra/local/processes.ts';
import { declareBench, type OptionValues } from '../declare-bench.ts';
import { report } from '../report/report.ts';
import { RATE_COLUMNS, type Rate, type Series } from '../report/results.ts';
import { median } from '../report/statistics.ts';
import { FORMATS, type FormatName } from './formats.ts';
import { measureTask } from './measure-task.ts';

const REPLAY_SERVER = join(import.meta.dirname, '../replay-server/main.ts');
const MEASURED = join(import.meta.dirname, 'measured-process.ts');
const NAMES = Object.keys(FORMATS) as FormatName[];
const READING = 'none (reading only)';

const OPTIONS = {
  events: { default: 400_000, what: 'change events of a round; the first 30 % are not counted' },
  rounds: { default: 3, what: 'how often each output is measured' },
  size: { default: 1024, what: 'bytes of a document: 300, 1024, 5120 and 51200 are the usual ones' },
  mix: { default: 'insert=100', what: 'per cent of insert, update, replace and delete: insert=40,update=40,...' },
} as const;

/**
 * The source task on its own: MongoDB is a server that only replays bytes, Kafka is a real broker, and every measurement
 * is a process of its own. Formats take turns, so that what disturbs the machine disturbs them alike.
 */
export const sourceBench = declareBench({
  what: 'the source task against a server that replays change events',
  options: OPTIONS,
  run: benchSource,
});

async function benchSource(options: OptionValues<typeof OPTIONS>): Promise<void> {
  const { events, mix, rounds, size } = options;
  await using run = await openRun();
  await using dynamodb = await startDynamodb('tailrace-bench');
  // what a round left behind goes at once
  const properties = { 'log.segment.delete.delay.ms': '0' };
  const kafka = await startKafka(run, { report: console.error, properties });
  const args = ['--events', String(events), '--size', String(size), '--mix', mix];
  const replay = run.start('replay-server', process.execPath, [REPLAY_SERVER, ...args], { ipc: true });
  const { uri } = await messageOf<{ uri: string }>(replay);

  const reading: Rate[] = [];
  const results = new Map<FormatName, Rate[]>(NAMES.map((name) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    const read = run.start(`read-${round}`, process.execPath, [MEASURED, 'read', uri, String(events)], { ipc: true });
    reading.push(await messageOf<Rate>(read));
    for (const name of NAMES) {
      const where = { uri, kafka: kafka.bootstrapServers, ...dynamodb, table: 'tailrace-bench' };
      const task = { name: `${name}-${round}`, format: FORMATS[name], events, ...where };
      const result = await measureTask(run, MEASURED, task);
      results.get(name)?.push(result);
      console.error(
        `${name}: ${Math.round(result.perSecond)} events/s, ${result.cpuPerMillion.toFixed(2)} CPU s per million`,
      );
    }
  }
  const series: Series[] = [
    { work: READING, side: 'tailrace', rounds: reading },
    ...[...results].map(([work, rates]) => ({ work, side: 'tailrace', rounds: rates })),
  ];
  report({
    bench: 'source',
    options,
    versions: { Kafka: KAFKA_VERSION },
    columns: RATE_COLUMNS,
    series,
    notes: [toReadingNote(reading, [...results.values()])],
  });
}

/** Whether the replay server is fast enough for what was measured against it. */
function toReadingNote(reading: readonly Rate[], results: readonly (readonly Rate[])[]): string {
  const rateOf = (rounds: readonly Rate[]) => median(rounds.map(({ perSecond }) => perSecond));
  const ratio = rateOf(reading) / Math.max(...results.map(rateOf));
  const verdict = ratio >= 3 ? 'the replay server holds nothing back' : 'the replay server may hold it back';
  return `Reading alone is ${ratio.toFixed(1)} × as fast as the fastest output: ${verdict}`;
}

/** The first message of a process; rejects with the end of its log where it ends before. */
async function messageOf<Message>({ child, exited, logFile, name }: ManagedProcess): Promise<Message> {
  const message = new Promise<Message>((resolve) => {
    child.once('message', (sent) => resolve(sent as Message));
  });
  const ended = exited.then((code) => {
    throw new Error(`${name} ended with ${code}: ${readFileSync(logFile, 'utf8').slice(-500)}`);
  });
  return Promise.race([message, ended]);
}
