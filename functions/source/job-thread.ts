import type { Worker } from 'node:worker_threads';
import type { JobThread } from '../connect/connector.ts';
import { messageOf, RetriableError } from '../connect/errors.ts';

/** What is used of a `node:worker_threads` Worker, which answers each message with one, in the same order. */
export type ThreadWorker = Pick<Worker, 'postMessage' | 'on' | 'terminate'>;

/**
 * Hands jobs to a worker.
 *
 * A worker that ends, whatever the reason, fails the jobs that it had and all later ones: where the stream is read again
 * from the stored position they come again.
 */
export function jobThread(worker: ThreadWorker): JobThread {
  const waiting: PromiseWithResolvers<unknown>[] = [];
  let lost: RetriableError | undefined;

  function lose(why: string, cause?: unknown): void {
    lost ??= new RetriableError('THREAD_LOST', `A thread that writes records has ended: ${why}`, { cause });
    for (const { reject } of waiting.splice(0)) reject(lost);
  }

  worker.on('message', (result) => waiting.shift()?.resolve(result));
  worker.on('messageerror', (error) => lose(messageOf(error), error));
  worker.on('error', (error) => lose(messageOf(error), error));
  worker.on('exit', (code) => lose(`exit code ${code}`));

  return {
    run(job, memory) {
      if (lost) return Promise.reject(lost);
      const result = Promise.withResolvers<unknown>();
      waiting.push(result);
      worker.postMessage(job, memory);
      return result.promise;
    },
    async end() {
      await worker.terminate();
    },
  };
}
