import { jsonToBson } from '../../../../../functions/connectors/mongodb/bson/json-to-bson.ts';
import type { FindDocuments } from '../../../../../functions/connectors/mongodb/sink/find-documents.ts';
import type { SendCommand } from '../../../../../functions/connectors/mongodb/sink/send-command.ts';
import type { CommandName } from '../../../../../functions/connectors/mongodb/sink/statements.ts';
import type { WriteError } from '../../../../../functions/connectors/mongodb/sink/write-verdict.ts';
import { toModel } from './conformance/to-model.ts';

type Fields = Readonly<Record<string, unknown>>;

export type ModelServer = {
  readonly send: SendCommand;
  readonly find: FindDocuments;
  /** By the JSON of their `_id`. */
  readonly documents: ReadonlyMap<string, Fields>;
  /** Statements per command. */
  readonly sizes: readonly number[];
};

export type ModelRules = {
  /** A field whose values are unique. */
  readonly unique?: string;
  /** A code for a document that may not be written. */
  refuse?(document: Fields): number | undefined;
  /** The order in which an unordered command is carried out: as the server likes. */
  shuffle?<T>(list: readonly T[]): T[];
  /** Before or after a command: throws what its sender is to see. */
  disturb?(when: 'before' | 'after'): void;
};

/** A server that carries out replacements, `$set`, inserts and deletes on documents in memory, as MongoDB does. */
export function modelServer(rules: ModelRules = {}): ModelServer {
  const documents = new Map<string, Fields>();
  const sizes: number[] = [];

  /** Carries out one statement: documents that it met, or a code. */
  function apply(command: CommandName, statement: Uint8Array): { n: number; upserted: boolean } | number {
    const { op, filter, ...model } = toModel(command, statement);
    if (op === 'insertOne') return insert(model.document as Fields);
    const id = JSON.stringify((filter as Fields)._id);
    const old = documents.get(id);
    if (op === 'deleteOne') return { n: documents.delete(id) ? 1 : 0, upserted: false };
    if (!old && !model.upsert) return { n: 0, upserted: false };
    const base = op === 'replaceOne' ? model.replacement : { ...old, ...(model.update as { $set: Fields }).$set };
    const document = { _id: (filter as Fields)._id, ...(base as Fields) };
    const refused = rules.refuse?.(document) ?? (isTaken(id, document) ? 11000 : undefined);
    if (refused !== undefined) return refused;
    documents.set(id, document);
    return { n: 1, upserted: !old };
  }

  function insert(document: Fields): { n: number; upserted: boolean } | number {
    const id = JSON.stringify(document._id);
    const isRefused = documents.has(id) || isTaken(id, document);
    const refused = rules.refuse?.(document) ?? (isRefused ? 11000 : undefined);
    if (refused !== undefined) return refused;
    documents.set(id, document);
    return { n: 1, upserted: false };
  }

  function isTaken(id: string, document: Fields): boolean {
    const value = rules.unique === undefined ? undefined : document[rules.unique];
    if (value === undefined) return false;
    const text = JSON.stringify(value);
    return [...documents].some(([other, fields]) => other !== id && JSON.stringify(fields[rules.unique!]) === text);
  }

  return {
    documents,
    sizes,
    async send({ isOrdered, name, statements }) {
      rules.disturb?.('before');
      sizes.push(statements.length);
      const writeErrors: WriteError[] = [];
      const upserted: number[] = [];
      let count = 0;
      const places = [...statements.keys()];
      for (const index of isOrdered ? places : (rules.shuffle?.(places) ?? places)) {
        const result = apply(name, statements[index]!);
        if (typeof result === 'number') {
          writeErrors.push({ index, code: result, errmsg: 'refused' });
          if (isOrdered) break;
          continue;
        }
        count += result.n;
        if (result.upserted) upserted.push(index);
      }
      rules.disturb?.('after');
      return { count, upserted, writeErrors, concernError: undefined };
    },
    async find({ filters }) {
      const ids = filters.map((filter) => JSON.stringify(idOf(filter)));
      return ids.flatMap((id) => {
        const document = documents.get(id);
        return document ? [jsonToBson(Buffer.from(JSON.stringify(document)))] : [];
      });
    },
  };
}

/** A filter is read as that of a delete. */
const idOf = (filter: Uint8Array): unknown => (toModel('delete', deleteBy(filter)).filter as Fields)._id;

function deleteBy(filter: Uint8Array): Uint8Array {
  const name = Buffer.from('\x03q\0', 'latin1');
  const document = Buffer.concat([Buffer.alloc(4), name, filter, Buffer.of(0)]);
  document.writeInt32LE(document.length, 0);
  return document;
}
