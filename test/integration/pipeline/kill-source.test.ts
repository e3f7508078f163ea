import { setTimeout as sleep } from 'node:timers/promises';
import { type Collection, type Document, Double, Int32, Long, ObjectId, Timestamp, UUID } from 'mongodb';
import { expect, test } from 'vitest';
import { compareCollections } from '../../../infra/local/demo/compare.ts';

import { openPipeline, type Pipeline } from '../../support/pipeline.ts';
import { until } from '../../support/until.ts';

const KILLS = 10;

/** Values whose BSON type a careless copy would change. */
const document = (index: number): Document => ({
  _id: index % 2 ? new ObjectId() : `text ${index} ${Math.random()}`,
  int: new Int32(index),
  double: new Double(index),
  long: Long.fromNumber(index),
  date: new Date(index * 1e9),
  time: new Timestamp({ t: index + 1, i: 1 }),
  uuid: new UUID(),
  nothing: null,
  nested: { list: [index, [String(index)], { deep: new Double(1) }], '': 'empty name' },
});

/** Inserts, updates, replaces and deletes until the signal aborts. */
async function keepWriting(collection: Collection, signal: AbortSignal): Promise<number> {
  let written = 0;
  while (!signal.aborted) {
    const documents = Array.from({ length: 5 }, (_, index) => document(written + index));
    await collection.insertMany(documents);
    const [first, second, third] = documents.map(({ _id }) => ({ _id }));
    await collection.updateOne(first!, { $set: { 'nested.list.0': 'changed' }, $unset: { int: '' } });
    await collection.replaceOne(second!, { replaced: new Double(written) });
    await collection.deleteOne(third!);
    written += 8;
    await sleep(20);
  }
  return written;
}

/** Every position that was ever seen in the table, in order. */
async function watchPositions(
  pipeline: Pipeline,
  signal: AbortSignal,
): Promise<{ sequence: number; clusterTime: number }[]> {
  const seen: { sequence: number; clusterTime: number }[] = [];
  while (!signal.aborted) {
    const stored = await pipeline.storedOffset();
    if (stored && stored.sequence !== seen.at(-1)?.sequence) {
      seen.push({ sequence: stored.sequence, clusterTime: stored.clusterTime ?? 0 });
    }
    await sleep(30);
  }
  return seen;
}

test('loses nothing when the source is killed at ten random moments, and its position never goes back', async () => {
  await using pipeline = await openPipeline();
  const [source] = pipeline.sources;
  await source!.until('streaming');
  // right after the first start: nothing was produced yet, and there are writes while it is down
  source!.task().child.kill('SIGKILL');
  const stop = new AbortController();
  const writing = keepWriting(pipeline.source, stop.signal);
  const watching = watchPositions(pipeline, stop.signal);
  await using _writers = {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.allSettled([writing, watching]);
    },
  };

  const moments: number[] = [0];
  for (let kill = 1; kill < KILLS; kill += 1) {
    const killed = source!.task().pid;
    await until('a new task', () => source!.task().pid !== killed);
    // from before it has the lease to well within its work
    const moment = Math.round(Math.random() * 4000);
    await sleep(moment);
    source!.task().child.kill('SIGKILL');
    moments.push(moment);
  }
  await until('streaming again', async () => (await source!.health())?.state === 'streaming');
  await sleep(1000);
  stop.abort();
  const written = await writing;
  console.log(`${written} writes; killed after ${moments.join(', ')} ms of each task's life`);

  const isEqual = async () => (await compareCollections(pipeline.source, pipeline.sink)).different.length === 0;
  await until('the copy is equal', isEqual);
  const positions = await watching;
  expect(positions.length).toBeGreaterThan(2);
  expect(positions).toEqual(positions.toSorted((a, b) => a.sequence - b.sequence || a.clusterTime - b.clusterTime));
  expect(positions.map(({ clusterTime }) => clusterTime)).toEqual(
    positions.map(({ clusterTime }) => clusterTime).toSorted((a, b) => a - b),
  );
}, 300_000);
