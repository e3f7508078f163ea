import {
  BSON,
  type Document,
  MongoError,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
} from 'mongodb';
import type { StreamConnection } from '../../../../../../functions/connectors/mongodb/source/stream-connection.ts';
import { answersOf } from '../../../../../support/fake-collections.ts';
import { rawReply } from '../../../../../support/raw-bson.ts';
import type { Batch, Case, Cursor, ServerError } from './case-file.ts';

/** An aggregation of the copy. */
export type Copied = { readonly database: string; readonly command: Document };
export type Opened = { readonly database: string; readonly command: Document; batchSize?: unknown; isRead?: boolean };

/** Stands in for a deployment: the k-th change stream gets the k-th entry of the script, then it is idle. */
export type ScriptedStream = StreamConnection & {
  readonly opened: readonly Opened[];
  readonly copies: readonly Copied[];
};

/** `onIdle` is called for each reply without anything in it that the script does not have. */
export function scriptedStream(vector: Case, onIdle: () => void): ScriptedStream {
  const opened: Opened[] = [];
  const copies: Copied[] = [];
  const answerCopy = copiesOf(vector, copies);
  const cursors = vector.cursors ?? [{ bson: vector.bson ?? [], batches: vector.batches } as Cursor];

  function openSession() {
    const cursor: Cursor = cursors[opened.length] ?? {};
    const batches = [...(cursor.batches ?? (cursor.bson?.length ? [{ bson: cursor.bson }] : []))];
    let token = tokenBytes(cursor.token);
    let mine: Opened | undefined;

    async function run(database: string, command: Document, signal: AbortSignal) {
      if ('killCursors' in command) return {};
      const copied = answerCopy(database, command);
      if (copied) return copied;
      if ('aggregate' in command) {
        mine = { database, command, isRead: false };
        opened.push(mine);
        if (cursor.error) throw toError(cursor.error);
        return reply('firstBatch', [], token, 1n);
      }
      if (mine) Object.assign(mine, { batchSize: command.batchSize, isRead: true });
      const batch = batches.shift();
      if (!batch) {
        await new Promise((resolve) => setTimeout(resolve, vector.pauseMs ?? 0));
        onIdle();
        signal.throwIfAborted();
        return reply('nextBatch', [], token, 1n);
      }
      if (batch.error) throw toError(batch.error);
      const events = (batch.bson ?? []).map((text) => Buffer.from(text, 'base64'));
      token = tokenBytes(batch.token) ?? tokenOfLast(events) ?? token;
      return reply('nextBatch', events, token, batch.closes ? 0n : 1n);
    }

    return { run, end: async () => undefined };
  }

  return { opened, copies, openSession, close: async () => undefined };
}

const reply = (
  batch: 'firstBatch' | 'nextBatch',
  documents: readonly Buffer[],
  token: Buffer | undefined,
  id: bigint,
) => rawReply({ batch, documents, token, id });

/** What exists in a case; a collection with results gives them as they are, whatever it is asked for. */
function copiesOf({ collections = {} }: Case, copies: Copied[]) {
  const found = new Map(
    Object.entries(collections).flatMap(([database, names]) =>
      Object.entries(names).map(([name, collection]) => [`${database}.${name}` as string, collection] as const),
    ),
  );
  const documentsOf = (name: string) => (found.get(name)?.bson ?? []).map((text) => Buffer.from(text, 'base64'));
  const answer = answersOf({
    namespaces: () => [...found.keys()].map((name) => ({ name })),
    read: documentsOf,
  });
  return (database: string, command: Document) => {
    if (command.pipeline?.[0]?.$changeStream) return undefined;
    const name = `${database}.${command.find ?? command.aggregate}`;
    const { error, results } = found.get(name) ?? {};
    if (error) throw toError(error);
    if (!('aggregate' in command)) return answer(database, command);
    copies.push({ database, command });
    return results
      ? rawReply({ batch: 'firstBatch', documents: documentsOf(name), id: 0n })
      : answer(database, command);
  };
}

const tokenBytes = (token: unknown): Buffer | undefined =>
  token === undefined
    ? undefined
    : Buffer.from(BSON.serialize(BSON.EJSON.deserialize(token as Document, { relaxed: false })));

function tokenOfLast(events: readonly Buffer[]): Buffer | undefined {
  const last = events.at(-1);
  const token: unknown = last && BSON.deserialize(last, { promoteValues: false, raw: true })._id;
  return Buffer.isBuffer(token) ? token : undefined;
}

function toError({ type = 'command', code, message }: ServerError): Error {
  if (type === 'command') return new MongoServerError({ code, message, errmsg: message, ok: 0 });
  if (type === 'socket') return new MongoNetworkError(message);
  if (type === 'timeout') return new MongoServerSelectionError(message, {} as never);
  return type === 'mongo' ? Object.assign(new MongoError(message), { code }) : new Error(message);
}

export type { Batch };
