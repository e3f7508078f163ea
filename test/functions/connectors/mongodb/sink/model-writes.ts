import { lendMemory } from '../../../../../functions/connect/put-memory.ts';
import { jsonToBson } from '../../../../../functions/connectors/mongodb/bson/json-to-bson.ts';
import { documentIdOf } from '../../../../../functions/connectors/mongodb/sink/statement-parts.ts';
import { commandOf, toStatement } from '../../../../../functions/connectors/mongodb/sink/statements.ts';
import type { WriteModel } from '../../../../../functions/connectors/mongodb/sink/write-models.ts';
import { writeNamespace } from '../../../../../functions/connectors/mongodb/sink/write-namespace.ts';
import type { Write } from '../../../../../functions/connectors/mongodb/sink/writes.ts';
import type { ModelServer } from './model-server.ts';

export const bson = (value: object): Buffer => jsonToBson(Buffer.from(JSON.stringify(value)));

export const replace = (id: number, fields: object, upsert = true): WriteModel => ({
  op: 'replaceOne',
  filter: bson({ _id: id }),
  replacement: bson({ _id: id, ...fields }),
  upsert,
});
export const set = (id: number, fields: object): WriteModel => ({
  op: 'updateOne',
  filter: bson({ _id: id }),
  update: bson({ $set: fields }),
  upsert: false,
});
export const remove = (id: number): WriteModel => ({ op: 'deleteOne', filter: bson({ _id: id }) });

type Options = Partial<Pick<Write, 'topicPartition' | 'holds' | 'rejectsMissing'>>;

export function toWrite(model: WriteModel, index: number, options: Options = {}): Write {
  const statement = toStatement(model, { topic: 't', partition: 0, offset: index }, lendMemory());
  return {
    index,
    position: `t-0@${index}`,
    topicPartition: 't-0',
    command: commandOf(model),
    id: documentIdOf({ command: commandOf(model), statement }),
    statement,
    bytes: statement.length,
    isNamespaceOfRecord: false,
    holds: false,
    rejectsMissing: false,
    ...options,
  };
}

/** Writes to a model of a server, whose clock stands still but for the pauses. */
export async function writeTo(
  server: Pick<ModelServer, 'send' | 'find'>,
  writes: readonly Write[],
  { isOrdered = true, deadline = 60_000 } = {},
) {
  let now = 0;
  const { outcomes, missed } = await writeNamespace(
    { database: 'd', collection: 'c' },
    [{ isOrdered, writes }],
    deadline,
    {
      send: server.send,
      find: server.find,
      now: () => now,
      async sleep(ms) {
        now += ms;
      },
    },
  );
  return { statuses: writes.map(({ index }) => outcomes.get(index)?.status), outcomes, missed, now };
}
