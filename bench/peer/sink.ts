import type { Run } from '../../infra/local/processes.ts';
import { toRate, WARM_UP } from '../measure/rate.ts';
import { reached } from '../measure/reached.ts';
import { forgetPeak, usageOf } from '../measure/usage.ts';
import type { Rate } from '../report/results.ts';
import { startWorker, type Worker } from './worker.ts';

/** Write operations that the server acknowledged, and the commands that they came in. */
export type Written = { readonly documents: number; readonly commands: number };

export type SinkToMeasure = {
  /** A new one each time: its consumer group begins at the first record. */
  readonly name: string;
  readonly topic: string;
  readonly records: number;
  /** Properties of the connector; the same are ours. */
  readonly properties: Readonly<Record<string, string>>;
};

export type PeerSink = {
  readonly side: string;
  measure(sink: SinkToMeasure): Promise<Rate & { readonly operationsPerCommand: number }>;
};

/** As it comes, and with a task for each core of a small machine: larger polls made it slower. */
const TASKS = [1, 2];

/** The peer's sink with each number of tasks, all in one worker that has started by then. */
export async function peerSinks(
  run: Run,
  bootstrapServers: string,
  written: () => Promise<Written>,
): Promise<PeerSink[]> {
  const worker = await startWorker(run, bootstrapServers, console.error);
  return TASKS.map((tasks) => ({
    side: tasks === 1 ? 'peer, 1 task' : `peer, ${tasks} tasks`,
    measure: (sink) => measurePeerSink(worker, sink, tasks, written),
  }));
}

/** Lets the peer write a topic that is full already, and counts what the server acknowledged. */
async function measurePeerSink(
  worker: Worker,
  { name, properties, records, topic }: SinkToMeasure,
  tasks: number,
  written: () => Promise<Written>,
): Promise<Rate & { readonly operationsPerCommand: number }> {
  const own = { 'connector.class': 'com.mongodb.kafka.connect.MongoSinkConnector', 'tasks.max': String(tasks) };
  const before = await written();

  let commands = 0;
  const progress = {
    name,
    count: async () => {
      const now = await written();
      commands = now.commands;
      return now.documents - before.documents;
    },
    usage: () => usageOf(worker.pid),
    failure: () => worker.failureOf(name),
  };

  forgetPeak(worker.pid);
  await worker.create(name, { ...own, topics: topic, ...properties });
  const begin = await reached(records * WARM_UP, progress);
  const commandsBefore = commands;
  const end = await reached(records, progress);
  await worker.remove(name);
  const rate = toRate(begin, end);
  return { ...rate, operationsPerCommand: rate.events / (commands - commandsBefore) };
}
