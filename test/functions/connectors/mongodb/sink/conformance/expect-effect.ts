import { randomUUID } from 'node:crypto';
import { BSON, type Document, MongoClient } from 'mongodb';
import { expect } from 'vitest';
import { WRITTEN } from '../../../../../../functions/connect/outcomes.ts';
import type { SinkRecord } from '../../../../../../functions/connect/records.ts';
import { mongodbSink } from '../../../../../../functions/connectors/mongodb/sink/mongodb-sink.ts';
import type { SinkConfig } from '../../../../../../functions/connectors/mongodb/sink/properties.ts';
import { silentLog } from '../../../../../support/silent-log.ts';
import type { Expected } from './case-file.ts';
import { loadTransformer } from './load-transformer.ts';
import { expectSame, matches } from './matches.ts';

const { EJSON } = BSON;
const TIMEOUT_MS = 30_000;

/** The documents of the collections before and after, in a database of its own in place of the case's. */
export async function expectEffect(
  config: SinkConfig,
  effect: NonNullable<Expected['effect']>,
  records: readonly SinkRecord[],
  uri: string,
): Promise<void> {
  await using client = await new MongoClient(uri).connect();
  const database = `conformance-${randomUUID().slice(0, 8)}`;
  const collectionOf = (namespace: string) => client.db(database).collection<Document>(nameOf(namespace, config));
  const own: SinkConfig = { ...config, connectionUri: uri, database };
  try {
    for (const { namespace, before } of effect) {
      if (before.length > 0) await collectionOf(namespace).insertMany(fromJson(before));
    }
    await using sink = await mongodbSink.open(own, {
      log: silentLog,
      metrics: { add: () => undefined },
      now: Date.now,
      loadModule: loadTransformer,
    });
    const outcomes = await sink.put(records, Date.now() + TIMEOUT_MS);
    expect(outcomes).toEqual(records.map(() => WRITTEN));
    for (const { namespace, after } of effect) {
      const found = await collectionOf(namespace)
        .find({}, { promoteValues: false, sort: { _id: 1 } })
        .toArray();
      expectDocuments(EJSON.serialize(found, { relaxed: false }) as unknown[], after);
    }
  } finally {
    await client.db(database).dropDatabase();
  }
}

/** The collection of a namespace, which has to be of the database that the case sets. */
function nameOf(namespace: string, { database }: SinkConfig): string {
  expect(namespace.startsWith(`${database}.`)).toBe(true);
  return namespace.slice(database.length + 1);
}

const fromJson = (documents: readonly unknown[]): Document[] =>
  EJSON.parse(JSON.stringify(documents), { relaxed: false }) as Document[];

function expectDocuments(found: readonly unknown[], wanted: readonly unknown[]): void {
  // field order is what the server likes where a case has placeholders
  const isOrdered = !JSON.stringify(wanted).includes('$any');
  expectSame(matches(found, wanted, new Map(), isOrdered), found, wanted);
}
