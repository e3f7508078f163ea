import { setTimeout as sleep } from 'node:timers/promises';
import { BSON, type Db, type Document, ObjectId } from 'mongodb';
import { expect, test } from 'vitest';
import { COPY_LIMITS } from '../../../functions/connectors/mongodb/source/copy/copy-limits.ts';
import { localKafka } from '../../../infra/local/kafka-client.ts';
import { readAll } from '../../faults/kafka/read-back.ts';
import { openPipeline, type Pipeline } from '../../support/pipeline.ts';
import { until } from '../../support/until.ts';

/** `npm run faults:copy` asks for the long form. */
const DOCUMENTS = Number(process.env.TAILRACE_COPY_DOCUMENTS ?? 20_000);
/** The local database reads a whole collection for every range of it, so that large ones would measure just that. */
const DOCUMENTS_OF_A_COLLECTION = 5_000;
const COLLECTIONS = Math.ceil(DOCUMENTS / DOCUMENTS_OF_A_COLLECTION);
const IS_LONG = DOCUMENTS > 20_000;
/** The long form kills every task when it has copied for so long, the short one when the copy has moved on. */
const LIFE_MS = 5_000;
const KILLS = IS_LONG ? Number.POSITIVE_INFINITY : 2;

const nameOf = (collection: number) => `part${collection}`;

/** The `_id`s change their type within a collection. */
const idOf = (index: number): unknown => {
  const kind = Math.floor(index / 700) % 3;
  if (kind === 0) return index;
  return kind === 1 ? `text ${index}` : new ObjectId(index.toString(16).padStart(24, '0'));
};

async function insertAll(db: Db): Promise<void> {
  for (let index = 0; index < DOCUMENTS; index += 1_000) {
    const collection = db.collection<Document>(nameOf(Math.floor(index / DOCUMENTS_OF_A_COLLECTION)));
    const documents = Array.from({ length: 1_000 }, (_, i) => ({ _id: idOf(index + i), index: index + i, version: 0 }));
    await collection.insertMany(documents as Document[]);
  }
}

/** Changes, deletes and inserts documents all over the collections until the signal aborts. */
async function keepWriting(db: Db, signal: AbortSignal): Promise<number> {
  let writes = 0;
  while (!signal.aborted) {
    const index = Math.floor(Math.random() * DOCUMENTS);
    const collection = db.collection<Document>(nameOf(Math.floor(index / DOCUMENTS_OF_A_COLLECTION)));
    const _id = idOf(index) as ObjectId;
    writes += 1;
    if (writes % 5 === 0) await collection.deleteOne({ _id });
    else if (writes % 5 === 1) await collection.replaceOne({ _id }, { replaced: writes }, { upsert: true });
    else await collection.updateOne({ _id }, { $set: { version: writes } });
    await sleep(10);
  }
  return writes;
}

/** How many documents the stored progress says. */
const copiedOf = async (pipeline: Pipeline) => Number((await pipeline.storedItem('copy'))?.documents ?? 0);

/** Kills task after task until the copy is done; the number of kills. */
async function killUntilDone(pipeline: Pipeline): Promise<number> {
  const [source] = pipeline.sources;
  for (let kills = 0; ; kills += 1) {
    const { pid, child } = source!.task();
    const before = await copiedOf(pipeline);
    const isDone = async () => (await pipeline.storedItem('copy'))?.done === true;
    if (kills >= KILLS) {
      await until('the copy is done', isDone, 300_000);
      return kills;
    }
    if (IS_LONG) {
      await until(
        'the task copies',
        async () => (await source!.health())?.state === 'copying' || (await isDone()),
        60_000,
      );
      await sleep(LIFE_MS);
    } else {
      await until('the copy moves on', async () => (await copiedOf(pipeline)) > before || (await isDone()), 60_000);
    }
    if (await isDone()) return kills;
    child.kill('SIGKILL');
    await until('a new task', () => source!.task().pid !== pid);
  }
}

/** The last state of each document on the topic, and how many copied records there are. */
async function readTopic({ services, topic }: Pipeline) {
  const states = new Map<string, string>();
  const copied = new Map<string, number>();
  await readAll(localKafka(services.kafkaBootstrapServers), topic, (key, value) => {
    const event = JSON.parse(value);
    if (event._id.copyingData) copied.set(key, (copied.get(key) ?? 0) + 1);
    if (event.operationType === 'delete') states.delete(key);
    // a looked up document that is gone by now: its delete comes behind
    else if (event.fullDocument) states.set(key, JSON.stringify(event.fullDocument));
  });
  return { states, copied };
}

async function readCollections(db: Db): Promise<Map<string, string>> {
  const states = new Map<string, string>();
  for (let collection = 0; collection < COLLECTIONS; collection += 1) {
    for await (const document of db.collection(nameOf(collection)).find()) {
      const text = BSON.EJSON.stringify(document);
      states.set(JSON.stringify({ _id: JSON.parse(text)._id }), text);
    }
  }
  return states;
}

const unspaced = (states: ReadonlyMap<string, string>) =>
  new Map([...states].map(([key, value]) => [JSON.stringify(JSON.parse(key)), value]));

test(`a copy of ${DOCUMENTS} documents under writes survives kill -9, reading less than a range again per kill`, async () => {
  await using pipeline = await openPipeline({
    withoutSink: true,
    prepare: insertAll,
    source: (topic) => ({
      'startup.mode': 'copy_existing',
      collection: '',
      'topic.namespace.map': JSON.stringify({ '*': topic }),
      'change.stream.full.document': 'updateLookup',
    }),
  });
  const db = pipeline.source.db;
  const stop = new AbortController();
  const writing = keepWriting(db, stop.signal);
  await using _writer = {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await writing;
    },
  };

  const startedAt = performance.now();
  const kills = await killUntilDone(pipeline);
  const seconds = (performance.now() - startedAt) / 1000;
  stop.abort();
  const writes = await writing;

  const expected = await readCollections(db);
  let read = await readTopic(pipeline);
  await until(
    'the topic says what exists',
    async () => {
      read = await readTopic(pipeline);
      return JSON.stringify([...unspaced(read.states)].sort()) === JSON.stringify([...expected].sort());
    },
    60_000,
  );
  const again = [...read.copied.values()].reduce((sum, times) => sum + times - 1, 0);
  console.log(
    `${kills} kills in ${seconds.toFixed(0)} s, ${writes} writes; ${read.copied.size} documents copied, ${again} of them again: ${(again / Math.max(1, kills)).toFixed(0)} per kill`,
  );
  expect(kills).toBeGreaterThan(0);
  expect(again).toBeLessThanOrEqual(kills * COPY_LIMITS.rangeDocuments);
}, 1_800_000);
