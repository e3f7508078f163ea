import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LocalKafka, startKafka } from '../../infra/local/kafka.ts';
import { localKafka } from '../../infra/local/kafka-client.ts';
import { KAFKA_VERSION } from '../../infra/local/kafka-jars.ts';
import { openRun, type Run } from '../../infra/local/processes.ts';
import { declareBench, type OptionValues } from '../declare-bench.ts';
import { report } from '../report/report.ts';
import type { Column, Series } from '../report/results.ts';
import { type ClientName, clients, PARTITIONS } from './clients.ts';
import type { IdleResult, OutageResult, RateResult } from './measure.ts';

type Size = { readonly name: string; readonly bytes: number; readonly records: number };

const SIZES: readonly Size[] = [
  { name: '300 B', bytes: 300, records: 600_000 },
  { name: '1 KB', bytes: 1024, records: 300_000 },
  { name: '10 KB', bytes: 10_240, records: 50_000 },
];
const OUTAGE_MS = 30_000;
const BEFORE_OUTAGE_MS = 5000;
const CLIENTS = Object.keys(clients) as ClientName[];
const MEASURE = join(import.meta.dirname, 'measure.ts');

const COLUMNS: readonly Column[] = [
  { figure: 'perSecond', title: 'records/s', decimals: 0, better: 'more' },
  { figure: 'cpuPerMillion', title: 'CPU s per million', decimals: 2, better: 'less' },
  { figure: 'delayP99Ms', title: 'event loop delay p99 ms', decimals: 1, better: 'less' },
  { figure: 'peakBytes', title: 'memory MB', decimals: 0, unit: 1e6, better: 'less' },
];

const OPTIONS = { rounds: { default: 3, what: 'how often each size and client is measured' } } as const;

/** Our producer beside kafkajs's own `send`, turn by turn on one broker; every measurement is a process of its own. */
export const producerBench = declareBench({
  what: "our producer beside kafkajs's own",
  options: OPTIONS,
  run: benchProducer,
});

async function benchProducer(options: OptionValues<typeof OPTIONS>): Promise<void> {
  await using run = await openRun();
  const kafka = await startKafka(run, { report: console.error, properties: { 'log.retention.bytes': '200000000' } });
  const rounds = new Map<string, RateResult[]>();
  for (let round = 0; round < options.rounds; round += 1) {
    for (const size of SIZES) {
      for (const client of CLIENTS) {
        const key = `${client} ${size.name}`;
        rounds.set(key, [...(rounds.get(key) ?? []), await measureRate(run, kafka, client, size)]);
      }
    }
  }
  const series: Series[] = SIZES.flatMap(({ name: work }) =>
    CLIENTS.map((side) => ({ work, side, rounds: rounds.get(`${side} ${work}`) ?? [] })),
  );
  const idle = await measure<IdleResult>(run, 'idle', ['tailrace', kafka.bootstrapServers]);
  const notes = [
    `Idle for ${idle.seconds} s: ${idle.cpuPercent.toFixed(2)} % of a core (at most 0.5)`,
    toOutageNote(await measureOutage(run, kafka)),
  ];
  report({
    bench: 'producer',
    options,
    versions: { Kafka: KAFKA_VERSION },
    columns: COLUMNS,
    series,
    ours: 'tailrace',
    notes,
  });
}

async function measureRate(run: Run, kafka: LocalKafka, client: ClientName, size: Size): Promise<RateResult> {
  const topic = `bench-${randomUUID()}`;
  const admin = localKafka(kafka.bootstrapServers).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }], waitForLeaders: false });
  // kafkajs's own waiting fails where the news of the topic has not spread yet
  while (!(await admin.listTopics()).includes(topic)) await sleep(50);
  const args = [client, kafka.bootstrapServers, topic, String(size.bytes), String(size.records)];
  const result = await measure<RateResult>(run, 'rate', args);
  // the disk is small, and its cache is shared with what is measured
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
  console.error(
    `${client} ${size.name}: ${Math.round(result.perSecond)} records/s, ${result.cpuPerMillion.toFixed(2)} CPU s`,
  );
  return result;
}

async function measureOutage(run: Run, kafka: LocalKafka): Promise<OutageResult> {
  const broker = kafka.brokers[0]!;
  const args = ['tailrace', kafka.bootstrapServers, String(BEFORE_OUTAGE_MS + OUTAGE_MS)];
  const measuring = measure<OutageResult>(run, 'outage', args);
  await sleep(BEFORE_OUTAGE_MS);
  await broker.process().stop();
  await sleep(OUTAGE_MS);
  broker.start();
  return measuring;
}

/** Runs a measurement and takes what it sends as its result. */
async function measure<Result>(run: Run, kind: string, args: readonly string[]): Promise<Result> {
  const measuring = run.start(`bench-${kind}`, process.execPath, [MEASURE, kind, ...args], { ipc: true });
  const result = new Promise<Result>((resolve) => {
    measuring.child.once('message', (message) => resolve(message as Result));
  });
  const ended = measuring.exited.then((code) => {
    throw new Error(
      `The measurement '${kind} ${args[0]}' ended with ${code}: ${readFileSync(measuring.logFile, 'utf8').slice(-500)}`,
    );
  });
  const measured = await Promise.race([result, ended]);
  await measuring.exited.catch(() => undefined);
  return measured;
}

const toOutageNote = ({ beforeMb, highestMb, bufferMb }: OutageResult): string =>
  `Broker stopped for ${OUTAGE_MS / 1000} s under load: ${Math.round(beforeMb)} MB at start, ${Math.round(highestMb)} MB at most (at most ${Math.round(beforeMb + bufferMb + 100)})`;
