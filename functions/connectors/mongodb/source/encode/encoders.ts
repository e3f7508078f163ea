import type { JobThread, Threads } from '../../../../connect/connector.ts';
import type { SourceConfig } from '../properties.ts';
import { type EncodedEvents, toEncodedEvents } from './encoded-events.ts';
import type { EncodedJob, EncodeJob } from './encoded-job.ts';

/** Threads that make records of events. */
export type Encoders = AsyncDisposable & {
  readonly count: number;
  /** @throws RetriableError THREAD_LOST where a thread has ended: what it had of the stream is read again. */
  encode(events: readonly Buffer[]): Promise<EncodedEvents>;
};

/** With more, the thread that reads and sends has no time left. */
const MOST_THREADS = 2;
/**
 * One thread of its own does more events in a second than most streams have, in half of the memory: others have to be
 * worth it.
 */
const VCPUS_OF_A_THREAD = 4;

/** `encode.threads`, or what the task's processors are good for. BSON is published as it is, so there is nothing to do. */
export function threadsOf({ encodeThreads, outputFormatValue }: SourceConfig, vcpus: number): number {
  if (encodeThreads >= 0) return encodeThreads;
  return outputFormatValue === 'bson' ? 0 : Math.min(MOST_THREADS, Math.floor(vcpus / VCPUS_OF_A_THREAD));
}

/** Nothing where the task's own thread does it all. */
export function openEncoders(config: SourceConfig, threads: Threads | undefined): Encoders | undefined {
  const count = threads ? threadsOf(config, threads.vcpus) : 0;
  if (!threads || count === 0) return undefined;
  const running = Array.from({ length: count }, () => ({ thread: threads.start(config), jobs: 0 }));
  const spare: Memory[] = [];

  async function encode(events: readonly Buffer[]): Promise<EncodedEvents> {
    // jobs are of one size, so the one with the fewest is done first
    const chosen = running.reduce((least, each) => (each.jobs < least.jobs ? each : least));
    chosen.jobs += 1;
    try {
      return toEncodedEvents(await runOn(chosen.thread, toJob(events, spare.pop())), giveBack);
    } finally {
      chosen.jobs -= 1;
    }
  }

  function giveBack({ events, room }: EncodedJob): void {
    if (spare.length <= count && room.byteLength <= MOST_SPARE_BYTES) spare.push({ events, room });
  }

  return {
    count,
    encode,
    async [Symbol.asyncDispose]() {
      await Promise.all(running.map(({ thread }) => thread.end()));
    },
  };
}

type Memory = Pick<EncodeJob, 'events' | 'room'>;

/** The first reply may be larger than all later ones, and its memory would stay. */
const MOST_SPARE_BYTES = 4 * 1024 * 1024;

/** Transferred memory is used in both directions and again: a copy costs little beside what allocating it would. */
const runOn = (thread: JobThread, job: EncodeJob): Promise<EncodedJob> =>
  thread.run(job, [job.events, job.room]) as Promise<EncodedJob>;

function toJob(events: readonly Buffer[], memory: Memory | undefined): EncodeJob {
  const bytes = events.reduce((sum, { length }) => sum + length, 0);
  const given = memory && memory.events.byteLength >= bytes ? memory.events : new ArrayBuffer(bytes);
  const copy = new Uint8Array(given);
  const ends = new Int32Array(events.length);
  let at = 0;
  for (const [place, event] of events.entries()) {
    copy.set(event, at);
    at += event.length;
    ends[place] = at;
  }
  return { events: given, ends, room: memory?.room ?? new ArrayBuffer(Math.ceil(bytes * 1.5)) };
}
