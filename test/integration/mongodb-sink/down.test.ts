import { setTimeout as sleep } from 'node:timers/promises';
import { type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openRun, type Run } from '../../../infra/local/processes.ts';
import { receiveDeadLetters } from '../../support/dead-letters.ts';
import { openTopic, startMappedSink } from '../../support/mapped-sink.ts';
import { type OwnMongodb, openOwnMongodb } from '../../support/own-mongodb.ts';
import { until } from '../../support/until.ts';

/** `npm run faults:database` waits for more of them. */
const FAILED_INVOCATIONS = Number(process.env.TAILRACE_FAILED_INVOCATIONS ?? 15);
const PARTITIONS = 3;
const DOCUMENTS = 120;
/** Half of it is for the database, the rest is kept free for the answer. */
const FUNCTION_TIMEOUT_MS = 2_000;
const OUTAGE_TIMEOUT_MS = FAILED_INVOCATIONS * FUNCTION_TIMEOUT_MS + 60_000;

let run: Run;
beforeAll(async () => {
  run = await openRun();
});
afterAll(() => run[Symbol.asyncDispose]());

const versionOf = (n: number): [string, Document] => [String(n % DOCUMENTS), { _id: n % DOCUMENTS, version: n }];

/** Sends versions of the same documents until it is told to stop; resolves with how many. */
async function load(send: (messages: { key: string; value: string }[]) => Promise<unknown>, signal: AbortSignal) {
  let sent = 0;
  while (!signal.aborted) {
    const versions = Array.from({ length: 20 }, (_, n) => versionOf(sent + n));
    await send(versions.map(([key, document]) => ({ key, value: JSON.stringify(document) })));
    sent += versions.length;
    await sleep(150);
  }
  return sent;
}

describe.concurrent('a database that is down under load', () => {
  test.each<[string, (server: OwnMongodb) => unknown, (server: OwnMongodb) => unknown]>([
    ['frozen (SIGSTOP)', ({ freeze }) => freeze(), ({ thaw }) => thaw()],
    ['killed and started again', ({ kill }) => kill(), ({ start }) => start()],
  ])(
    '%s makes no dead letters and loses nothing',
    async (how, takeDown, bringBack) => {
      const services = inject('services');
      const server = await openOwnMongodb(run, `mongodb-${how.slice(0, 6)}`);
      await using topic = await openTopic(services, PARTITIONS);
      await using client = await new MongoClient(server.uri).connect();
      const target = client.db('down').collection<Document>('target');
      await using sink = await startMappedSink(run, services, {
        topic: topic.topic,
        properties: {
          'connection.uri': `${server.uri}&serverSelectionTimeoutMS=500`,
          database: 'down',
          collection: 'target',
          'errors.tolerance': 'all',
        },
        timeoutMs: FUNCTION_TIMEOUT_MS,
        mapping: { concurrentInvocations: PARTITIONS, batchSize: 60 },
      });
      const { mapping } = sink;
      const stop = new AbortController();
      const loading = load(topic.send, stop.signal);
      await until('documents are written', async () => (await target.countDocuments()) === DOCUMENTS);

      await takeDown(server);
      const before = mapping.stats().failures;
      const hasFailed = () => mapping.stats().failures - before >= FAILED_INVOCATIONS;
      await until(`${FAILED_INVOCATIONS} invocations failed`, hasFailed, OUTAGE_TIMEOUT_MS);
      const failed = mapping.stats().failures - before;
      stop.abort();
      const sent = await loading;
      const waiting = mapping.stats().lag ?? 0;
      expect(waiting).toBeGreaterThan(0);

      const back = performance.now();
      await bringBack(server);
      const isWritten = async () => {
        const documents = await target.find({}, { sort: { _id: 1 } }).toArray();
        return documents.every(({ version }) => version >= sent - DOCUMENTS) && mapping.stats().lag === 0;
      };
      await until('everything is written', isWritten, OUTAGE_TIMEOUT_MS);
      const ms = Math.round(performance.now() - back);
      console.info(
        `${how}: ${failed} failed invocations, ${waiting} records waited, drained ${ms} ms after it was back`,
      );
      const last = Array.from({ length: DOCUMENTS }, (_, n) => versionOf(sent - DOCUMENTS + n)[1]);
      expect(await target.find({}, { sort: { _id: 1 } }).toArray()).toEqual(last.sort((a, b) => a._id - b._id));
      expect(await receiveDeadLetters(services, sink.connector)).toEqual([]);
      expect(mapping.stats().dropped).toBe(0);
    },
    OUTAGE_TIMEOUT_MS + 120_000,
  );
});
