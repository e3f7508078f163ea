import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { localKafka } from '../../infra/local/kafka-client.ts';
import { type Sample, toRate, WARM_UP } from '../measure/rate.ts';
import type { Usage } from '../measure/usage.ts';
import type { Rate } from '../report/results.ts';

/** What copies change events to a topic, ours or the peer's. */
export type Copying = {
  usage(): Usage | Promise<Usage>;
  /** Why it can't go on, where it can't. */
  failure(): string | undefined | Promise<string | undefined>;
  stop(): Promise<void>;
};

export type Target = { readonly kafka: string; readonly topic: string; readonly events: number };

const POLL_MS = 20;
/** An answer costs what is measured some of its CPU time. */
const ASK_MS = 1000;
/** Of no new record. */
const STUCK_MS = 60_000;

/** Lets something copy all events to a new topic of one partition, and counts what the broker has of its records. */
export async function measureTopic({ events, kafka, topic }: Target, start: () => Promise<Copying>): Promise<Rate> {
  const admin = localKafka(kafka).admin();
  await admin.connect();
  try {
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: false });
    while (!(await admin.listTopics()).includes(topic)) await sleep(POLL_MS);
    const copying = await start();
    const begin = await reached(events * WARM_UP, admin, topic, copying);
    const end = await reached(events, admin, topic, copying);
    await copying.stop();
    return toRate(begin, end);
  } finally {
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
  }
}

/** Resolves once the topic has that many records, with how many it has. */
async function reached(records: number, admin: Admin, topic: string, copying: Copying): Promise<Sample> {
  let last = { stored: -1, at: 0 };
  let askedAt = performance.now();
  for (;;) {
    const stored = await recordsOf(admin, topic);
    const at = performance.now();
    if (stored >= records) return { at, events: stored, usage: await copying.usage() };
    if (stored > last.stored) last = { stored, at };
    if (at - askedAt > ASK_MS) {
      askedAt = at;
      const failure = (await copying.failure()) ?? (at - last.at > STUCK_MS ? 'it stands still' : undefined);
      if (failure !== undefined) throw new Error(`Expected ${records} records in ${topic}, got ${stored}: ${failure}`);
    }
    await sleep(POLL_MS);
  }
}

/** None while the topic is so new that its leader does not know of it yet: kafkajs gives up over that too early. */
async function recordsOf(admin: Admin, topic: string): Promise<number> {
  try {
    const [partition] = await admin.fetchTopicOffsets(topic);
    return Number(partition?.high ?? 0);
  } catch (error) {
    if (error instanceof Error && 'retriable' in error && error.retriable === true) return 0;
    throw error;
  }
}
