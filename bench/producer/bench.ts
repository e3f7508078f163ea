import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LocalKafka, startKafka } from '../../infra/local/kafka.ts';
import { localKafka } from '../../infra/local/kafka-client.ts';
import { openRun, type Run } from '../../infra/local/processes.ts';
import { type ClientName, clients, PARTITIONS } from './clients.ts';
import type { IdleResult, OutageResult, RateResult } from './measure.ts';

type Size = { readonly name: string; readonly bytes: number; readonly records: number };

const SIZES: readonly Size[] = [
  { name: '300 B', bytes: 300, records: 600_000 },
  { name: '1 KB', bytes: 1024, records: 300_000 },
  { name: '10 KB', bytes: 10_240, records: 50_000 },
];
const ROUNDS = 3;
const OUTAGE_MS = 30_000;
const BEFORE_OUTAGE_MS = 5000;
const CLIENTS = Object.keys(clients) as ClientName[];
const MEASURE = join(import.meta.dirname, 'measure.ts');

/** Our producer beside kafkajs's own `send`, turn by turn on one broker; every measurement is a process of its own. */
export async function benchProducer(): Promise<void> {
  await using run = await openRun();
  const kafka = await startKafka(run, { report: console.log, properties: { 'log.retention.bytes': '200000000' } });
  console.log(`${cpus().length} × ${cpus()[0]?.model.trim()}, Node.js ${process.version}, Kafka on the same machine\n`);
  const results = new Map<string, RateResult[]>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const size of SIZES) {
      for (const client of CLIENTS) {
        const result = await measureRate(run, kafka, client, size);
        const key = `${client} ${size.name}`;
        results.set(key, [...(results.get(key) ?? []), result]);
      }
    }
  }
  printRates(results);
  const idle = await measure<IdleResult>(run, 'idle', ['tailrace', kafka.bootstrapServers]);
  console.log(`\nIdle for ${idle.seconds} s: ${idle.cpuPercent.toFixed(2)} % of a core (at most 0.5)`);
  printOutage(await measureOutage(run, kafka));
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

function printRates(results: ReadonlyMap<string, readonly RateResult[]>): void {
  console.log('| record | client | records/s | CPU s per million | event loop delay p99 ms | memory MB |');
  console.log('| --- | --- | --: | --: | --: | --: |');
  for (const { name } of SIZES) {
    for (const client of CLIENTS) {
      const of = (field: keyof RateResult) =>
        median((results.get(`${client} ${name}`) ?? []).map((each) => each[field]));
      const rate = Math.round(of('perSecond')).toLocaleString('en');
      console.log(
        `| ${name} | ${client} | ${rate} | ${of('cpuPerMillion').toFixed(2)} | ${of('delayP99Ms').toFixed(1)} | ${Math.round(of('rssMb'))} |`,
      );
    }
  }
  console.log('\nRatios, the median of pairs:');
  for (const { name } of SIZES) {
    for (const client of CLIENTS.slice(1)) {
      const theirs = results.get(`${client} ${name}`) ?? [];
      const ratioOf = (field: keyof RateResult) => {
        const ours = results.get(`tailrace ${name}`) ?? [];
        return median(ours.map((each, round) => each[field] / theirs[round]![field])).toFixed(2);
      };
      console.log(`${name}: ${ratioOf('cpuPerMillion')} × CPU, ${ratioOf('perSecond')} × records/s of ${client}`);
    }
  }
}

const printOutage = ({ beforeMb, highestMb, bufferMb }: OutageResult): void =>
  console.log(
    `Broker stopped for ${OUTAGE_MS / 1000} s under load: ${Math.round(beforeMb)} MB at start, ${Math.round(highestMb)} MB at most (at most ${Math.round(beforeMb + bufferMb + 100)})`,
  );

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
