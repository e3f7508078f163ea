import { startKafka } from '../../infra/local/kafka.ts';
import { KAFKA_VERSION } from '../../infra/local/kafka-jars.ts';
import { openRun, type Run } from '../../infra/local/processes.ts';
import { declareBench, type OptionValues } from '../declare-bench.ts';
import { ask } from '../measure/messages.ts';
import { toLine } from '../measure/rate.ts';
import { type Replay, startReplayServer } from '../measure/replay.ts';
import { peerVersions } from '../peer/peer-jars.ts';
import { peerSinks } from '../peer/sink.ts';
import { report } from '../report/report.ts';
import { type Column, RATE_COLUMNS } from '../report/results.ts';
import { fillTopic } from './fill-topic.ts';
import { measureSink, prepareSink, SAMPLE_RECORDS, type Served, type SinkResult, toTarget } from './measure-sink.ts';
import { PARTITIONS, TOPIC } from './sample-puts.ts';
import { WORKS, type WorkName } from './works.ts';

const OPTIONS = {
  records: { default: 400_000, what: 'records of a round; the first 30 % are not counted' },
  rounds: { default: 3, what: 'how often each work is measured' },
  works: { default: Object.keys(WORKS).join(','), what: 'what is measured, of these' },
  batches: { default: '500,1000', what: 'records of an invocation' },
  peer: { default: false, what: 'also MongoDB Kafka Connector on Kafka Connect, in turns with ours' },
  pairs: { default: 5, what: 'with --peer: how often each work is measured' },
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

const OURS = 'tailrace';

/** One that does the work: ours with puts of a size, or the peer with its settings. */
type Contender = { readonly work: string; readonly side: string; measure(round: string): Promise<SinkResult> };

async function benchSink(options: OptionValues<typeof OPTIONS>): Promise<void> {
  const { batches, pairs, peer, rounds } = options;
  const works = options.works.split(',').map(workOf);
  await using run = await openRun();
  const replay = await startReplayServer(run, { events: 0, size: 1024, mix: 'insert=100', collections: 1 });
  const ours: Contender[] = [];
  for (const work of works) {
    for (const size of batches.split(',').map(Number)) {
      const name = `${work}, puts of ${size}`;
      const sink = await prepareSink(run, { name, work: WORKS[work], size }, replay.uri);
      const measure = (round: string) => measureSink(run, sink, { ...options, round }, replay.server);
      ours.push({ work, side: `${OURS}, puts of ${size}`, measure });
    }
  }
  const theirs = peer ? await peerContenders(run, replay, works, options.records) : [];
  const contenders = works.flatMap((work) => [...ours, ...theirs].filter((each) => each.work === work));
  const measured = new Map<Contender, SinkResult[]>(contenders.map((each) => [each, []]));
  // ours is a new process each time; the peer's virtual machine lives on and must have compiled its code
  for (const each of theirs) console.error(toLine(`${each.work}, ${each.side}, warming up`, await each.measure('0')));
  for (let round = 1; round <= (peer ? pairs : rounds); round += 1) {
    for (const [contender, results] of measured) {
      const result = await contender.measure(String(round));
      results.push(result);
      console.error(toLine(`${contender.work}, ${contender.side}, round ${round}`, result));
    }
  }
  report({
    bench: 'sink',
    options,
    versions: peer ? { Kafka: KAFKA_VERSION, ...peerVersions() } : {},
    columns: COLUMNS,
    series: [...measured].map(([{ side, work }, results]) => ({ work, side, rounds: results })),
    ours: OURS,
    notes: [
      `Ours is the bundled function's process, one invocation at a time: it reads the invocation's JSON text with ${PARTITIONS} partitions' records in base64, and writes. Reading the topic is Lambda's part, and not counted.`,
      ...(peer ? ["The peer's worker reads the topic itself; that is counted."] : []),
    ],
  });
}

/** The peer with each of its settings, each work's records in a topic. */
async function peerContenders(
  run: Run,
  replay: Replay,
  works: readonly WorkName[],
  records: number,
): Promise<Contender[]> {
  const kafka = (await startKafka(run, { report: console.error })).bootstrapServers;
  const topicOf = (work: WorkName) => `${TOPIC}-${work}`;
  for (const work of works) await fillTopic(kafka, topicOf(work), WORKS[work], { distinct: SAMPLE_RECORDS, records });
  const written = async () => (await ask<Served>(replay.server, {})).writes;
  const peers = await peerSinks(run, kafka, written);
  return works.flatMap((work) =>
    peers.map(({ measure, side }) => ({
      work,
      side,
      measure(round) {
        const name = `${work} ${side} ${round}`.replaceAll(/\W+/g, '-');
        const properties = { ...toTarget(replay.uri), ...WORKS[work].properties };
        return measure({ name, topic: topicOf(work), records, properties });
      },
    })),
  );
}

function workOf(name: string): WorkName {
  if (Object.hasOwn(WORKS, name)) return name as WorkName;
  throw new RangeError(`Expected works of ${Object.keys(WORKS).join(', ')}, got '${name}'`);
}
