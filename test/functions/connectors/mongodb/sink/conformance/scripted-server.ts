import { BSON, MongoNetworkError, MongoServerError } from 'mongodb';
import { elementOf, elementsOf } from '../../../../../../functions/connectors/mongodb/bson/elements.ts';
import { JSON_FORMATS } from '../../../../../../functions/connectors/mongodb/bson/json-formats.ts';
import { jsonTextOf } from '../../../../../../functions/connectors/mongodb/bson/json-writer.ts';
import type { Database } from '../../../../../../functions/connectors/mongodb/sink/mongodb-sink.ts';
import type { RunCommand } from '../../../../../../functions/connectors/mongodb/sink/run-command.ts';
import type { SendCommand } from '../../../../../../functions/connectors/mongodb/sink/send-command.ts';
import type { CommandName } from '../../../../../../functions/connectors/mongodb/sink/statements.ts';
import type { Created, Failure, ServerScript } from './case-file.ts';
import { toModel } from './to-model.ts';

const { EJSON } = BSON;

export type Written = { readonly namespace: string; readonly op: string; readonly target: unknown };

/** What a case sees of the server; its clock stands still but for the pauses. */
export type ScriptedServer = Database & {
  readonly written: readonly Written[];
  readonly created: readonly Created[];
  readonly pauses: number;
  now(): number;
};

/** The server of a case: it does what its script says and notes what it carried out. */
export function scriptedServer(script: ServerScript): ScriptedServer {
  const written: Written[] = [];
  const { created, run } = scriptedCollections(script);
  let now = 0;
  let pauses = 0;
  const concerns = [script.writeConcernError ?? []].flat();

  const send: SendCommand = async ({ namespace, name, isOrdered, statements }) => {
    const has = (ids: readonly unknown[] = []) => statements.some((statement) => ids.some((id) => isOf(statement, id)));
    if (has(script.disconnect?.withId)) throw new MongoNetworkError('connection closed');
    if (script.commandError && has(script.commandError.withId)) {
      const { code, codeName, message } = script.commandError;
      throw new MongoServerError({ ok: 0, code, codeName, errmsg: message });
    }
    const writeErrors = [];
    let count = 0;
    for (const [index, statement] of statements.entries()) {
      const reject = script.rejects?.find(({ id }) => isOf(statement, id));
      if (reject) {
        writeErrors.push({ index, code: reject.code, errmsg: reject.message, errInfo: reject.details });
        if (isOrdered) break;
        continue;
      }
      count++;
      written.push({
        namespace: `${namespace.database}.${namespace.collection}`,
        op: name,
        target: targetOf(name, statement),
      });
    }
    const concern = concerns.find(({ withId }) => has(withId));
    const concernError = concern && {
      code: concern.code,
      codeName: concern.codeName,
      errmsg: concern.message,
      errInfo: concern.details,
    };
    return { count, upserted: [], writeErrors, concernError };
  };
  return {
    send,
    find: async () => [],
    run,
    written,
    created,
    now: () => now,
    async sleep(ms) {
      pauses++;
      now += ms;
    },
    get pauses() {
      return pauses;
    },
  };
}

function scriptedCollections(script: ServerScript): { created: Created[]; run: RunCommand } {
  const created: Created[] = [];
  const fail = ({ code, codeName, message }: Failure): never => {
    throw new MongoServerError({ ok: 0, code, codeName, errmsg: message });
  };
  const run: RunCommand = async (database, { collStats, create, ...options }) => {
    if (create !== undefined) {
      created.push({ namespace: `${database}.${create}`, options: EJSON.serialize(options, { relaxed: false }) });
      return script.create ? fail(script.create) : { ok: 1 };
    }
    const collection = script.collections?.[`${database}.${collStats}`];
    if (collection?.code !== undefined) fail({ code: collection.code, message: collection.message ?? '' });
    const isTimeSeries = collection?.timeseries ?? (collection?.timeseriesAfterCreate === true && created.length > 0);
    return { nindexes: collection?.indexes ?? 0, ...(isTimeSeries && { timeseries: {} }) };
  };
  return { created, run };
}

/** The filter of a statement, or the `_id` of an inserted document. */
function targetOf(command: CommandName, statement: Uint8Array): unknown {
  const model = toModel(command, statement);
  return command === 'insert' ? { _id: (model.document as { _id?: unknown })._id } : model.filter;
}

/** Whether the filter of a statement, or the document of an insert, has this `_id`, written as relaxed Extended JSON. */
function isOf(statement: Uint8Array, id: unknown): boolean {
  // an insert is the document itself
  const filter = elementOf(elementsOf(statement), 'q')?.value ?? statement;
  const { _id } = JSON.parse(jsonTextOf(Buffer.from(filter), JSON_FORMATS.relaxed)) as { _id?: unknown };
  return JSON.stringify(_id) === JSON.stringify(id);
}
