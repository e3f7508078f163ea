import { expect, test } from 'vitest';
import { openSink } from '../../../../../functions/connectors/mongodb/sink/mongodb-sink.ts';
import { sinkConfig } from '../../../../../functions/connectors/mongodb/sink/properties.ts';
import type { Reply, SendCommand } from '../../../../../functions/connectors/mongodb/sink/send-command.ts';
import { noModules } from '../../../../support/no-modules.ts';
import { silentLog } from '../../../../support/silent-log.ts';
import { toRecord } from './conformance/to-record.ts';

const config = sinkConfig.parse({
  name: 'side-by-side',
  'connector.class': 'MongoSinkConnector',
  topics: 't',
  database: 'd',
  'namespace.mapper': 'com.mongodb.kafka.connect.sink.namespace.mapping.FieldPathNamespaceMapper',
  'namespace.mapper.value.collection.field': 'to',
});
const written = (count: number): Reply => ({ count, upserted: [], writeErrors: [], concernError: undefined });
const record = (id: number, to: string) => ({ value: JSON.stringify({ _id: id, to }) });

test('a namespace whose command takes its time holds up no other one', async () => {
  const others = Promise.withResolvers<void>();
  const ended: string[] = [];
  const send: SendCommand = async ({ namespace: { collection }, statements }) => {
    // the first command is answered only when the second one was
    if (collection === 'slow') await others.promise;
    else others.resolve();
    ended.push(collection);
    return written(statements.length);
  };
  const deps = { log: silentLog, metrics: { add: () => undefined }, now: () => 0, loadModule: noModules };
  const database = { send, find: async () => [], run: async () => ({}), sleep: async () => undefined };
  await using sink = await openSink(config, database, deps, async () => undefined);
  const records = [record(1, 'slow'), record(2, 'fast'), record(3, 'slow')].map(toRecord);
  const outcomes = await sink.put(records, 60_000);
  expect(outcomes.map(({ status }) => status)).toEqual(['written', 'written', 'written']);
  expect(ended).toEqual(['fast', 'slow']);
});
