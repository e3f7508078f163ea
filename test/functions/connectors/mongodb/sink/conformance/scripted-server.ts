import { MongoNetworkError, MongoServerError } from 'mongodb';
import { elementOf, elementsOf } from '../../../../../../functions/connectors/mongodb/bson/elements.ts';
import { JSON_FORMATS } from '../../../../../../functions/connectors/mongodb/bson/json-formats.ts';
import { jsonTextOf } from '../../../../../../functions/connectors/mongodb/bson/json-writer.ts';
import type { SendCommand } from '../../../../../../functions/connectors/mongodb/sink/send-command.ts';
import type { ServerScript } from './case-file.ts';
import { toModel } from './to-model.ts';

export type Written = { readonly namespace: string; readonly op: string; readonly target: unknown };

/** The server of a case: it does what its script says and notes what it carried out. */
export function scriptedServer(script: ServerScript): { send: SendCommand; written: Written[] } {
  const written: Written[] = [];
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
        target: toModel(statement).filter,
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
  return { send, written };
}

/** Whether the filter of a statement has this `_id`, written as relaxed Extended JSON. */
function isOf(statement: Uint8Array, id: unknown): boolean {
  const filter = elementOf(elementsOf(statement), 'q')!.value;
  const { _id } = JSON.parse(jsonTextOf(Buffer.from(filter), JSON_FORMATS.relaxed)) as { _id?: unknown };
  return JSON.stringify(_id) === JSON.stringify(id);
}
