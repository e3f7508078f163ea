import { setTimeout as sleep } from 'node:timers/promises';
import { startDynamodb } from '../../infra/local/dynamodb.ts';
import { startKafka } from '../../infra/local/kafka.ts';
import { localKafka } from '../../infra/local/kafka-client.ts';
import { KAFKA_VERSION } from '../../infra/local/kafka-jars.ts';
import { openRun, type Run } from '../../infra/local/processes.ts';
import { declareBench, type OptionValues } from '../declare-bench.ts';
import { startReplayServer } from '../measure/replay.ts';
import { peerVersions } from '../peer/peer-jars.ts';
import { peerSources } from '../peer/source.ts';
import { report } from '../report/report.ts';
import type { Column, Series } from '../report/results.ts';
import { toConnector } from '../source/connector.ts';
import { FORMATS } from '../source/formats.ts';
import type { Contender } from '../source/measure-topic.ts';
import { bundleTask, startTask } from '../source/start-task.ts';
import { startBareSockets } from './bare-sockets.ts';
import { startFloor } from './floor.ts';
import { type Carrier, type Latency, type Load, measureLatency } from './measure-latency.ts';
import { readTopic, type TopicReader } from './topic-reader.ts';

const OPTIONS = {
  seconds: { default: 20, what: 'how long each load lasts; its first second is not counted' },
  rounds: { default: 5, what: 'how often each is measured' },
  backlog: { default: 100_000, what: 'change events that are carried before, as fast as they come' },
  size: { default: 1024, what: 'bytes of a document' },
  peer: { default: false, what: 'also MongoDB Kafka Connector on Kafka Connect, in turns with ours' },
} as const;

/** From the moment a change event is there to the moment its record is read. */
export const latencyBench = declareBench({
  what: 'from a change event that is there to its record that is read, and what waiting costs',
  options: OPTIONS,
  run: benchLatency,
});

const OURS = 'tailrace';
const FLOOR = 'producer alone';
const BARE = 'bare sockets';
/** Change events per second: hardly any, and as many as a busy collection has. */
const RATES = [50, 2000] as const;
const COLUMNS: readonly Column[] = [
  { figure: 'p50Ms', title: 'p50 ms', decimals: 2, better: 'less' },
  { figure: 'p90Ms', title: 'p90 ms', decimals: 2 },
  { figure: 'p99Ms', title: 'p99 ms', decimals: 2, better: 'less' },
  { figure: 'maxMs', title: 'max ms', decimals: 1 },
  { figure: 'cpuPercent', title: 'CPU % of a core', decimals: 2, better: 'less' },
];
const PEER_SETTINGS = {
  'peer, default': {},
  // what its latency is made of: the producer waits that long for company
  'peer, linger 0': { 'producer.override.linger.ms': '0' },
};
/** Comes first and is not counted: a source that carries event by event runs other code than one that catches up. */
const WARM_UP: Load = { perSecond: 2000, seconds: 5 };

async function benchLatency(options: OptionValues<typeof OPTIONS>): Promise<void> {
  const { peer, rounds, seconds } = options;
  await using run = await openRun();
  await using dynamodb = await startDynamodb('tailrace-bench');
  const properties = { 'log.segment.delete.delay.ms': '0' };
  const kafka = (await startKafka(run, { report: console.error, properties })).bootstrapServers;
  const surroundings = { kafka, table: 'tailrace-bench', bundle: await bundleTask(run), ...dynamodb };
  const peers = peer ? await peerSources(run, kafka, PEER_SETTINGS) : [];
  const contenders: Contender[] = [
    { side: OURS, start: async (connector) => startTask(run, connector, surroundings) },
    { side: BARE, start: async (connector) => startBareSockets(run, connector, kafka) },
    ...peers,
  ];
  const loads: readonly Load[] = RATES.map((perSecond) => ({ perSecond, seconds }));
  const measured = new Map<string, Latency[]>();
  const note = (side: string, load: Load, latency: Latency) => {
    const key = workOf(load) + side;
    measured.set(key, [...(measured.get(key) ?? []), latency]);
    console.error(`${workOf(load)}, ${side}: p50 ${latency.p50Ms.toFixed(2)} ms, p99 ${latency.p99Ms.toFixed(2)} ms`);
  };

  for (let round = 1; round <= rounds; round += 1) {
    for (const load of loads) note(FLOOR, load, await measureFloor(kafka, load));
    for (const contender of contenders) {
      const latencies = await measureSource(run, kafka, contender, round, loads, options);
      for (const [index, load] of loads.entries()) note(contender.side, load, latencies[index]!);
    }
  }
  const seriesOf = (work: string, load: Load, side: string): Series => ({
    work,
    side,
    rounds: measured.get(workOf(load) + side) ?? [],
  });
  const series = loads.flatMap((load) => [
    seriesOf(`${workOf(load)}, no database`, load, FLOOR),
    ...contenders.map(({ side }) => seriesOf(workOf(load), load, side)),
  ]);
  report({
    bench: 'latency',
    options,
    versions: { Kafka: KAFKA_VERSION, ...(peer && peerVersions()) },
    columns: COLUMNS,
    series,
    ours: OURS,
    notes: [
      `'${FLOOR}' is what producer, broker and reader need for a record that is simply there; it is in every other line.`,
      `'${BARE}' is the least that a process of Node.js costs: it moves bytes from one socket to another, and does nothing else.`,
    ],
  });
}

const workOf = ({ perSecond }: Load): string => `${perSecond.toLocaleString('en')} events/s`;

/** One source, warmed by a backlog and by a load, under one load after another. */
async function measureSource(
  run: Run,
  kafka: string,
  { side, start }: Contender,
  round: number,
  loads: readonly Load[],
  { backlog, size }: { readonly backlog: number; readonly size: number },
): Promise<Latency[]> {
  const replay = await startReplayServer(run, { events: backlog, size, mix: 'insert=100', collections: 1 });
  const name = `latency ${side} ${round}`.replaceAll(/\W+/g, '-');
  const connector = toConnector(name, FORMATS.DefaultJson, { uri: replay.uri, collections: 1 });
  await using reader = await readNewTopic(kafka, connector.topic);
  const source = await start(connector);
  await reader.reached(backlog);
  const [, ...latencies] = await underLoads(reader, { add: replay.add, usage: source.usage }, [WARM_UP, ...loads]);
  await source.stop();
  await replay.server.stop();
  return latencies;
}

async function measureFloor(kafka: string, load: Load): Promise<Latency> {
  const topic = `floor-${load.perSecond}-${Date.now()}`;
  await using reader = await readNewTopic(kafka, topic);
  const floor = await startFloor(kafka, topic);
  const [latency] = await underLoads(reader, floor, [load]);
  await floor.stop();
  return latency!;
}

async function underLoads(reader: TopicReader, carrier: Carrier, loads: readonly Load[]): Promise<Latency[]> {
  const latencies: Latency[] = [];
  for (const load of loads) latencies.push(await measureLatency(reader, carrier, load));
  return latencies;
}

/** A new topic of one partition, with its reader. */
async function readNewTopic(kafka: string, topic: string): Promise<TopicReader> {
  const admin = localKafka(kafka).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: false });
  while (!(await admin.listTopics()).includes(topic)) await sleep(20);
  await admin.disconnect();
  return readTopic(kafka, topic);
}
