import { setTimeout as sleep } from 'node:timers/promises';
import { NO_AUTH } from '../../functions/aws/kafka/auth.ts';
import { openCluster } from '../../functions/aws/kafka/cluster.ts';
import { sharedNow } from '../replay-server/live-events.ts';
import { nextOffsetIn, toFetchRequest } from './fetch-request.ts';

/** Reads a topic of one partition and notes when each record came. */
export type TopicReader = AsyncDisposable & {
  /** By offset, on the clock that all processes share (milliseconds). */
  readonly times: readonly number[];
  /** Resolves once so many records have come. */
  reached(records: number): Promise<void>;
};

const MAX_WAIT_MS = 1000;
const NOT_YET_MS = 20;
/** Of no new record. */
const STUCK_MS = 60_000;

/**
 * One fetch after another on one connection, and of an answer no more than the number of its records: what a reader adds
 * to the latency that is measured must be small and the same for all.
 */
export async function readTopic(bootstrapServers: string, topic: string): Promise<TopicReader> {
  const options = { clientId: 'bench', auth: NO_AUTH, connectionTimeoutMs: 10_000, requestTimeoutMs: 30_000 };
  const cluster = openCluster(bootstrapServers.split(','), options);
  const [metadata] = await cluster.describe([topic], false);
  const connection = await cluster.node(metadata?.leaders[0] ?? -1);
  const times: number[] = [];
  const waiting = new Set<() => void>();
  let isStopped = false;

  async function read(): Promise<void> {
    while (!isStopped) {
      const offset = times.length;
      const answer = await connection.requestRaw(toFetchRequest({ topic, partition: 0, offset }, MAX_WAIT_MS));
      const now = sharedNow();
      const next = nextOffsetIn(answer, offset);
      if (next === undefined) await sleep(NOT_YET_MS);
      else while (times.length < next) times.push(now);
      for (const wake of waiting) wake();
    }
  }

  const reading = read();

  async function reached(records: number): Promise<void> {
    while (times.length < records) {
      const had = times.length;
      const more = Promise.withResolvers<void>();
      const wake = () => times.length > had && more.resolve();
      const patience = setTimeout(
        () => more.reject(new Error(`Expected ${records} records in ${topic}, got ${had}`)),
        STUCK_MS,
      );
      waiting.add(wake);
      try {
        await Promise.race([more.promise, reading]);
      } finally {
        clearTimeout(patience);
        waiting.delete(wake);
      }
    }
  }

  return {
    times,
    reached,
    async [Symbol.asyncDispose]() {
      isStopped = true;
      await reading;
      cluster.close();
    },
  };
}
