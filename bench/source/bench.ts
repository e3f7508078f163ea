import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startDynamodb } from '../../infra/local/dynamodb.ts';
import { startKafka } from '../../infra/local/kafka.ts';
import { type ManagedProcess, openRun } from '../../infra/local/processes.ts';
import { FORMATS, type FormatName } from './formats.ts';
import { measureTask, type TaskResult } from './measure-task.ts';
import type { ReadResult } from './measured-process.ts';

const REPLAY_SERVER = join(import.meta.dirname, '../replay-server/main.ts');
const MEASURED = join(import.meta.dirname, 'measured-process.ts');
const NAMES = Object.keys(FORMATS) as FormatName[];

/**
 * The source task on its own: MongoDB is a server that only replays bytes, Kafka is a real broker, and every measurement
 * is a process of its own. Formats take turns, so that what disturbs the machine disturbs them alike.
 */
export async function benchSource(): Promise<void> {
  const options = optionsOf(process.argv.slice(3));
  const { events, mix, rounds, size } = options;
  await using run = await openRun();
  await using dynamodb = await startDynamodb('tailrace-bench');
  // what a round left behind goes at once
  const properties = { 'log.segment.delete.delay.ms': '0' };
  const kafka = await startKafka(run, { report: console.error, properties });
  const args = ['--events', String(events), '--size', String(size), '--mix', mix];
  const replay = run.start('replay-server', process.execPath, [REPLAY_SERVER, ...args], { ipc: true });
  const { uri } = await messageOf<{ uri: string }>(replay);

  const reading: ReadResult[] = [];
  const results = new Map<FormatName, TaskResult[]>(NAMES.map((name) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    const read = run.start(`read-${round}`, process.execPath, [MEASURED, 'read', uri, String(events)], { ipc: true });
    reading.push(await messageOf<ReadResult>(read));
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
  print(options, reading, results);
}

type Options = ReturnType<typeof optionsOf>;

function optionsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      events: { type: 'string', default: '400000' },
      rounds: { type: 'string', default: '3' },
      size: { type: 'string', default: '1024' },
      mix: { type: 'string', default: 'insert=100' },
    },
  });
  const { events, mix, rounds, size } = values;
  return { events: Number(events), rounds: Number(rounds), size: Number(size), mix };
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

function print(
  { events, mix, rounds, size }: Options,
  reading: readonly ReadResult[],
  results: ReadonlyMap<FormatName, readonly TaskResult[]>,
): void {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
  const memory = Math.round(totalmem() / 2 ** 30);
  console.log(
    `${cpus().length} × ${cpus()[0]?.model.trim()}, ${memory} GiB; Node.js ${process.version}, tailrace ${version}`,
  );
  console.log(`Documents of ${size} bytes, ${mix}, ${events} events, medians of ${rounds} rounds\n`);
  console.log('| output | events/s | CPU s per million | peak memory MB |');
  console.log('| --- | --: | --: | --: |');
  console.log(row('none (reading only)', reading));
  for (const [name, rows] of results) console.log(row(name, rows));
  const fastest = Math.max(...[...results.values()].map((rows) => medianOf(rows, 'perSecond')));
  const ratio = medianOf(reading, 'perSecond') / fastest;
  console.log(`\nReading alone is ${ratio.toFixed(1)} × as fast as the fastest output: ${verdict(ratio)}`);
}

const verdict = (ratio: number): string =>
  ratio >= 3 ? 'the replay server holds nothing back' : 'the replay server may hold it back';

function row(name: string, rows: readonly TaskResult[]): string {
  const rate = Math.round(medianOf(rows, 'perSecond')).toLocaleString('en');
  const megabytes = Math.round(medianOf(rows, 'peakBytes') / 1e6);
  return `| ${name} | ${rate} | ${medianOf(rows, 'cpuPerMillion').toFixed(2)} | ${megabytes} |`;
}

const medianOf = (rows: readonly TaskResult[], field: keyof TaskResult): number =>
  rows.map((each) => each[field]).toSorted((a, b) => a - b)[rows.length >> 1] ?? Number.NaN;
