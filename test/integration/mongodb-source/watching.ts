import { randomUUID } from 'node:crypto';
import { type Db, MongoClient } from 'mongodb';
import { inject } from 'vitest';
import type { SourceBatch, SourceOffset } from '../../../functions/connect/connector.ts';
import type { Log } from '../../../functions/connect/log.ts';
import type { SourceRecord } from '../../../functions/connect/records.ts';
import { mongodbSource } from '../../../functions/connectors/mongodb/source/source-connector.ts';
import { sourceDeps, storedAt } from '../../support/source-deps.ts';

export type LogLine = {
  readonly level: keyof Log;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
};

/** A database of the test's own. */
export type TestDatabase = AsyncDisposable & { readonly db: Db; readonly uri: string };

export async function openDatabase(): Promise<TestDatabase> {
  const uri = inject('services').mongodbUri;
  const client = await new MongoClient(uri).connect();
  const db = client.db(`source_${randomUUID().slice(0, 8)}`);
  return {
    db,
    uri,
    async [Symbol.asyncDispose]() {
      await db.dropDatabase();
      await client.close();
    },
  };
}

/** A source that is read one batch after another. */
export type Watching = AsyncDisposable & {
  readonly batches: readonly SourceBatch[];
  readonly lines: readonly LogLine[];
  next(): Promise<SourceBatch>;
  /** Reads until `count` records are there, in all. */
  records(count: number): Promise<readonly SourceRecord[]>;
  /** Resolves when the iteration has ended. */
  stop(): Promise<void>;
};

/** `await` it: it has read the first batch, so that later changes are seen. */
export async function watch(properties: Readonly<Record<string, string>>, stored?: SourceOffset): Promise<Watching> {
  const config = mongodbSource.config.parse({
    name: 'test',
    'connector.class': 'MongoSource',
    'poll.await.time.ms': '300',
    ...properties,
  });
  const stop = new AbortController();
  const lines: LogLine[] = [];
  const at =
    (level: keyof Log) =>
    (message: string, fields = {}) =>
      void lines.push({ level, message, fields });
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const iterator = mongodbSource
    .poll(config, storedAt(config, stored), sourceDeps({ log }), stop.signal)
    [Symbol.asyncIterator]();
  const batches: SourceBatch[] = [];

  async function next(): Promise<SourceBatch> {
    const { value, done } = await iterator.next();
    if (done) throw new Error('Expected another batch, got the end');
    batches.push(value);
    return value;
  }
  async function end(): Promise<void> {
    stop.abort();
    // what was on its way is not taken, as by a task that stops
    await iterator.return?.();
  }

  const watching: Watching = {
    batches,
    lines,
    next,
    async records(count) {
      const all = () => batches.flatMap((batch) => batch.records);
      while (all().length < count) await next();
      return all();
    },
    stop: end,
    [Symbol.asyncDispose]: end,
  };
  await next();
  return watching;
}

/** The value of a record as JSON. */
export const eventOf = (record: SourceRecord | undefined) => JSON.parse(String(record?.value));
export const keyOf = (record: SourceRecord | undefined) => JSON.parse(String(record?.key));
