import type { JobThread, Threads } from '../../functions/connect/connector.ts';
import { createEncodeJob } from '../../functions/connectors/mongodb/source/encode/encode-job.ts';
import type { EncodedJob, EncodeJob } from '../../functions/connectors/mongodb/source/encode/encoded-job.ts';
import type { SourceConfig } from '../../functions/connectors/mongodb/source/properties.ts';

export type InlineThreads = Threads & {
  /** The bytes of memory that each job came with. */
  readonly jobs: number[];
  /** How many are running. */
  readonly running: number;
};

/** Threads that are none, with all that happens to a job between real ones: memory that goes along is gone here. */
export function inlineThreads(
  vcpus = 2,
  around: (run: () => EncodedJob) => Promise<EncodedJob> = async (run) => run(),
) {
  const jobs: number[] = [];
  let running = 0;
  const start = (config: unknown): JobThread => {
    const encode = createEncodeJob(structuredClone(config) as SourceConfig);
    running += 1;
    return {
      async run(given, memory) {
        const job = structuredClone(given, { transfer: [...memory] }) as EncodeJob;
        jobs.push(job.events.byteLength);
        return around(() => {
          const encoded = encode(job);
          return structuredClone(encoded, { transfer: [encoded.events, encoded.room] });
        });
      },
      async end() {
        running -= 1;
      },
    };
  };
  return {
    vcpus,
    start,
    jobs,
    get running() {
      return running;
    },
  } satisfies InlineThreads;
}
