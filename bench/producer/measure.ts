import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProducerRecord } from '../../functions/aws/kafka/producer.ts';
import { BUFFER_BYTES, type Client, type ClientName, clients } from './clients.ts';

export type RateResult = {
  readonly perSecond: number;
  readonly cpuPerMillion: number;
  readonly delayP99Ms: number;
  readonly peakBytes: number;
};
export type IdleResult = { readonly seconds: number; readonly cpuPercent: number };
export type OutageResult = { readonly beforeMb: number; readonly highestMb: number; readonly bufferMb: number };

const MB = 1_000_000;
/** As the other clients of the comparison in the documents were measured: a few sends at once, each of some hundred records. */
const SENDS_IN_FLIGHT = 6;
const BYTES_PER_SEND = 512_000;
const MOST_PER_SEND = 500;
const IDLE_SECONDS = 10;
const kilobyte = () => Buffer.alloc(1024, 'x');

const [kind, name, bootstrapServers = '', ...args] = process.argv.slice(2);
const client = await clients[name as ClientName](bootstrapServers);
const measurements = { rate, idle, outage } as const;
const result = await measurements[kind as keyof typeof measurements](client, args);
await client.close();
process.send?.(result, () => process.exit());

async function rate(client: Client, [topic = '', bytes, records]: readonly string[]): Promise<RateResult> {
  const total = Number(records);
  await produce(client, topic, Number(bytes), total / 5);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const cpu = process.cpuUsage();
  const began = performance.now();
  await produce(client, topic, Number(bytes), total);
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  delay.disable();
  return {
    perSecond: total / seconds,
    cpuPerMillion: (user + system) / total,
    delayP99Ms: delay.percentile(99) / 1e6,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}

async function produce(client: Client, topic: string, bytes: number, total: number): Promise<void> {
  const perSend = Math.min(MOST_PER_SEND, Math.floor(BYTES_PER_SEND / bytes));
  const value = Buffer.alloc(bytes, 'x');
  let next = 0;
  async function lane(): Promise<void> {
    while (next < total) {
      const from = next;
      next += perSend;
      await client.send(recordsOf(topic, from, Math.min(perSend, total - from), () => value));
    }
  }
  await Promise.all(Array.from({ length: SENDS_IN_FLIGHT }, lane));
}

async function idle(client: Client): Promise<IdleResult> {
  await client.send(recordsOf('bench-idle', 0, 100, kilobyte));
  await sleep(1000);
  const cpu = process.cpuUsage();
  await sleep(IDLE_SECONDS * 1000);
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: IDLE_SECONDS, cpuPercent: (user + system) / 1e6 / IDLE_SECONDS / 0.01 };
}

/** As a change stream pulls: as fast as there is room. */
async function outage(client: Client, [durationMs]: readonly string[]): Promise<OutageResult> {
  await client.send(recordsOf('bench-outage', 0, 100, kilobyte));
  const beforeMb = process.memoryUsage().rss / MB;
  let highestMb = 0;
  const sampling = setInterval(() => {
    highestMb = Math.max(highestMb, process.memoryUsage().rss / MB);
  }, 100);
  const end = performance.now() + Number(durationMs);
  const sends = new Set<Promise<unknown>>();
  for (let from = 0; performance.now() < end; from += MOST_PER_SEND) {
    const sent = client.send(recordsOf('bench-outage', from, MOST_PER_SEND, kilobyte));
    sends.add(sent);
    void sent.then(() => sends.delete(sent));
    await Promise.race([client.room(), sleep(Math.max(0, end - performance.now()))]);
    // room is free for long stretches; samples need a turn of the event loop
    await sleep(1);
  }
  await Promise.all(sends);
  clearInterval(sampling);
  return { beforeMb, highestMb, bufferMb: BUFFER_BYTES / MB };
}

/** `makeValue` is called for each record: one buffer for all costs the measurement nothing, one each is what memory sees. */
function recordsOf(topic: string, from: number, count: number, makeValue: () => Buffer): ProducerRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    topic,
    key: Buffer.from(String(from + index).padStart(33, '0')),
    value: makeValue(),
  }));
}
