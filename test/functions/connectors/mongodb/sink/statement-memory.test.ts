import { expect, test } from 'vitest';
import type { Piece, PutMemory } from '../../../../../functions/connect/put-memory.ts';
import { jsonToBson } from '../../../../../functions/connectors/mongodb/bson/json-to-bson.ts';
import { openSink } from '../../../../../functions/connectors/mongodb/sink/mongodb-sink.ts';
import { sinkConfig } from '../../../../../functions/connectors/mongodb/sink/properties.ts';
import type { SendCommand } from '../../../../../functions/connectors/mongodb/sink/send-command.ts';
import { toStatement } from '../../../../../functions/connectors/mongodb/sink/statements.ts';
import { noModules } from '../../../../support/no-modules.ts';
import { silentLog } from '../../../../support/silent-log.ts';
import { toRecord } from './conformance/to-record.ts';

const config = sinkConfig.parse({
  name: 'orders-sink',
  'connector.class': 'MongoSink',
  topics: 't',
  database: 'shop',
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
});

const NOW = 1_700_000_000_000;

const openWith = (send: SendCommand) =>
  openSink(
    config,
    { send, find: async () => [], run: async () => ({}), sleep: async () => undefined },
    { log: silentLog, metrics: { add: () => undefined }, now: () => NOW, loadModule: noModules },
    async () => undefined,
  );

const putOf = (name: string) =>
  Array.from({ length: 20 }, (_, index) => toRecord({ value: JSON.stringify({ _id: index, name }) }, index));

const REPLY = { upserted: [], writeErrors: [], concernError: undefined };

/** A put whose commands end as told, then two that are written; what became of the bytes of its statements. */
async function statementsAfter(first: () => void): Promise<{ before: string[]; after: string[] }> {
  const held: Uint8Array[] = [];
  const before: string[] = [];
  const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  let puts = 0;
  const sink = await openWith(async ({ statements }) => {
    if (puts === 1) {
      held.push(...statements);
      before.push(...statements.map(toHex));
      first();
    }
    return { ...REPLY, count: statements.length };
  });
  for (const name of ['first', 'later', 'other']) {
    puts += 1;
    await sink.put(putOf(name), NOW);
  }
  return { before, after: held.map(toHex) };
}

test('statements of a command that failed stay as they are: the driver may still send them', async () => {
  const { before, after } = await statementsAfter(() => {
    throw new Error('timed out');
  });
  expect(before.length).toBeGreaterThan(0);
  expect(after).toEqual(before);
});

test('the memory of statements that the server answered to is used again', async () => {
  const { before, after } = await statementsAfter(() => undefined);
  expect(before.length).toBe(20);
  expect(after).not.toEqual(before);
});

test('a statement needs no more room than it asks for', () => {
  const asked: Piece[] = [];
  const memory: PutMemory = {
    open(count) {
      const bytes = Buffer.allocUnsafe(count);
      asked.push({ bytes, view: new DataView(bytes.buffer, bytes.byteOffset, count), at: 0 });
      return asked.at(-1)!;
    },
    giveBack: () => undefined,
  };
  const document = jsonToBson(Buffer.from('{"_id": 1}'));
  const statement = toStatement(
    { op: 'replaceOne', filter: document, replacement: document, upsert: true },
    { topic: 't', partition: 0, offset: 0 },
    memory,
  );
  expect(statement.buffer).toBe(asked[0]?.bytes.buffer);
});
