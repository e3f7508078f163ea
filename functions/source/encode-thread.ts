import { parentPort, workerData } from 'node:worker_threads';
import { createEncodeJob } from '../connectors/mongodb/source/encode/encode-job.ts';

/** A thread of the source task, as `start-thread.ts` starts it: one answer for each job. */
const encode = createEncodeJob(workerData);
parentPort?.on('message', (job) => {
  const encoded = encode(job);
  parentPort?.postMessage(encoded, [encoded.events, encoded.room, encoded.rows.buffer]);
});
