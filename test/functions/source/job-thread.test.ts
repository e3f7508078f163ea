import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { jobThread, type ThreadWorker } from '../../../functions/source/job-thread.ts';

/** A worker that notes what it is given and does nothing. */
function idleWorker() {
  const given: unknown[] = [];
  const worker = Object.assign(new EventEmitter(), {
    postMessage: (job: unknown) => void given.push(job),
    terminate: async () => 1,
  });
  return { given, worker, thread: jobThread(worker as unknown as ThreadWorker) };
}

test('each job gets its own answer, in the order of the jobs', async () => {
  const { given, thread, worker } = idleWorker();
  const answers = ['a', 'b', 'c'].map((job) => thread.run(job, []));
  for (const job of given) worker.emit('message', `${job} done`);
  expect(await Promise.all(answers)).toEqual(['a done', 'b done', 'c done']);
});

test.each([
  ['it throws', (worker: EventEmitter) => worker.emit('error', new Error('out of memory')), 'out of memory'],
  ['it exits', (worker: EventEmitter) => worker.emit('exit', 1), 'exit code 1'],
  ['its answer can’t be read', (worker: EventEmitter) => worker.emit('messageerror', new Error('torn')), 'torn'],
])(
  'a thread that is lost fails the jobs that it has and all later ones, and heals by a restart: %s',
  async (_, lose, why) => {
    const { thread, worker } = idleWorker();
    const jobs = ['a', 'b'].map((job) => thread.run(job, []));
    const settled = Promise.allSettled(jobs);
    lose(worker);
    const lost = { name: 'RetriableError', code: 'THREAD_LOST', message: expect.stringContaining(why) };
    expect(await settled).toMatchObject([
      { status: 'rejected', reason: lost },
      { status: 'rejected', reason: lost },
    ]);
    await expect(thread.run('c', [])).rejects.toMatchObject(lost);
  },
);

test('a job that was done before the thread is lost keeps its answer', async () => {
  const { thread, worker } = idleWorker();
  const jobs = ['a', 'b'].map((job) => thread.run(job, []));
  const settled = Promise.allSettled(jobs);
  worker.emit('message', 'a done');
  worker.emit('exit', 1);
  expect(await settled).toMatchObject([{ value: 'a done' }, { status: 'rejected' }]);
});
