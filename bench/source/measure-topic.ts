import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { localKafka } from '../../infra/local/kafka-client.ts';
import type { ManagedProcess } from '../../infra/local/processes.ts';
import { ask, endOfLog } from '../measure/messages.ts';
import { toRate, WARM_UP } from '../measure/rate.ts';
import { type Progress, reached } from '../measure/reached.ts';
import type { Usage } from '../measure/usage.ts';
import type { Rate } from '../report/results.ts';
import type { SourceConnector } from './connector.ts';

/** What copies change events to a topic, ours or the peer's. */
export type Copying = Pick<Progress, 'usage' | 'failure'> & { stop(): Promise<void> };

/** A process of ours that copies change events, and answers when it is asked what it cost. */
export const copyingBy = (copier: ManagedProcess): Copying => ({
  usage: () => ask<Usage>(copier, 'usage'),
  failure: () => (copier.child.exitCode === null ? undefined : endOfLog(copier.logFile)),
  stop: () => copier.stop(),
});

/** One that copies change events: ours, or the peer with its settings. */
export type Contender = { readonly side: string; start(connector: SourceConnector): Promise<Copying> };

export type Target = { readonly kafka: string; readonly topic: string; readonly events: number };

const POLL_MS = 20;

/** Lets something copy all events to a new topic of one partition, and counts what the broker has of its records. */
export async function measureTopic({ events, kafka, topic }: Target, start: () => Promise<Copying>): Promise<Rate> {
  const admin = localKafka(kafka).admin();
  await admin.connect();
  try {
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: false });
    while (!(await admin.listTopics()).includes(topic)) await sleep(POLL_MS);
    const copying = await start();
    const progress = { name: topic, count: () => recordsOf(admin, topic), ...copying };
    const begin = await reached(events * WARM_UP, progress);
    const end = await reached(events, progress);
    await copying.stop();
    return toRate(begin, end);
  } finally {
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
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
