import { join } from 'node:path';
import { startDynamodb } from '../../infra/local/dynamodb.ts';
import { startKafka } from '../../infra/local/kafka.ts';
import { KAFKA_VERSION } from '../../infra/local/kafka-jars.ts';
import { openRun, type Run } from '../../infra/local/processes.ts';
import { declareBench, type OptionValues } from '../declare-bench.ts';
import { nextMessage } from '../measure/messages.ts';
import { toLine } from '../measure/rate.ts';
import { DATA_OPTIONS, type Replay, startReplayServer } from '../measure/replay.ts';
import { peerVersions } from '../peer/peer-jars.ts';
import { PEER_SETTINGS, peerSources } from '../peer/source.ts';
import { report } from '../report/report.ts';
import { RATE_COLUMNS, type Rate, type Series } from '../report/results.ts';
import { median } from '../report/statistics.ts';
import { toConnector } from './connector.ts';
import { chooseFormats, FORMATS } from './formats.ts';
import { type Contender, measureTopic } from './measure-topic.ts';
import { bundleTask, startTask } from './start-task.ts';

const OPTIONS = {
  events: { default: 400_000, what: 'change events of a round; the first 30 % are not counted' },
  rounds: { default: 3, what: 'how often each output is measured' },
  ...DATA_OPTIONS,
  outputs: { default: 'all', what: `some of: ${Object.keys(FORMATS).join(',')}` },
  profiles: { default: '', what: 'a folder for CPU profiles of our tasks; profiling itself costs time' },
  peer: { default: false, what: 'also MongoDB Kafka Connector on Kafka Connect, in turns with ours' },
  pairs: { default: 5, what: 'with --peer: how often each output is measured' },
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

const OURS = 'tailrace';
const READING = 'none (reading only)';

async function benchSource(options: OptionValues<typeof OPTIONS>): Promise<void> {
  const { events, outputs, pairs, peer, profiles, rounds } = options;
  const formats = chooseFormats(outputs);
  await using run = await openRun();
  await using dynamodb = await startDynamodb('tailrace-bench');
  // what a round left behind goes at once
  const properties = { 'log.segment.delete.delay.ms': '0' };
  const kafka = (await startKafka(run, { report: console.error, properties })).bootstrapServers;
  const replay = await startReplayServer(run, options);
  const surroundings = { kafka, table: 'tailrace-bench', bundle: await bundleTask(run), profiles, ...dynamodb };
  const contenders: Contender[] = [
    { side: OURS, start: async (connector) => startTask(run, connector, surroundings) },
    ...(peer ? await peerSources(run, kafka, PEER_SETTINGS) : []),
  ];

  async function measure({ start, side }: Contender, format: keyof typeof FORMATS, round: string): Promise<Rate> {
    const name = `${side} ${format} ${round}`.replaceAll(/\W+/g, '-');
    const connector = toConnector(name, FORMATS[format], { uri: replay.uri, collections: options.collections });
    const rate = await measureTopic({ kafka, topic: connector.topic, events }, () => start(connector));
    console.error(toLine(`${format}, ${side}, ${round}`, rate));
    return rate;
  }

  // ours is a new process each time; the peer's virtual machine lives on and must have compiled its code
  if (peer) for (const format of formats) await measure(contenders.at(-1)!, format, 'warming up');
  const reading: Rate[] = [];
  const measured = new Map<string, Rate[]>();
  for (let round = 1; round <= (peer ? pairs : rounds); round += 1) {
    reading.push(await measureReading(run, replay, options, round));
    for (const format of formats) {
      for (const contender of contenders) {
        const rates = measured.get(`${format} ${contender.side}`) ?? [];
        measured.set(`${format} ${contender.side}`, [...rates, await measure(contender, format, `round ${round}`)]);
      }
    }
  }
  const series: Series[] = formats.flatMap((work) =>
    contenders.map(({ side }) => ({ work, side, rounds: measured.get(`${work} ${side}`) ?? [] })),
  );
  report({
    bench: 'source',
    options,
    versions: { Kafka: KAFKA_VERSION, ...(peer && peerVersions()) },
    columns: RATE_COLUMNS,
    series: [{ work: READING, side: OURS, rounds: reading }, ...series],
    ours: OURS,
    notes: [toReadingNote(reading, [...measured.values()])],
  });
}

/** A client that does nothing with the events. */
async function measureReading(
  run: Run,
  { uri }: Replay,
  options: Readonly<Record<'events' | 'collections', number>>,
  round: number,
): Promise<Rate> {
  const args = [MEASURED, 'read', uri, String(options.events), String(options.collections)];
  const rate = await nextMessage<Rate>(run.start(`read-${round}`, process.execPath, args, { ipc: true }));
  console.error(toLine(`reading only, round ${round}`, rate));
  return rate;
}

const MEASURED = join(import.meta.dirname, 'measured-process.ts');

/** Whether the replay server is fast enough for what was measured against it. */
function toReadingNote(reading: readonly Rate[], measured: readonly (readonly Rate[])[]): string {
  const rateOf = (rounds: readonly Rate[]) => median(rounds.map(({ perSecond }) => perSecond));
  const ratio = rateOf(reading) / Math.max(...measured.map(rateOf));
  const verdict = ratio >= 3 ? 'the replay server holds nothing back' : 'the replay server may hold it back';
  return `Reading alone is ${ratio.toFixed(1)} × as fast as the fastest output: ${verdict}`;
}
