import {
  BSON,
  type Document,
  MongoError,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
} from 'mongodb';
import type { StreamConnection } from '../../../../../../functions/connectors/mongodb/source/stream-connection.ts';
import type { Batch, Case, Cursor, ServerError } from './case-file.ts';

export type Opened = { readonly database: string; readonly command: Document; batchSize?: unknown };

/** Stands in for a deployment: the k-th change stream gets the k-th entry of the script, then it is idle. */
export type ScriptedStream = StreamConnection & { readonly opened: readonly Opened[] };

/** `onIdle` is called for each reply without anything in it that the script does not have. */
export function scriptedStream(vector: Case, onIdle: () => void): ScriptedStream {
  const opened: Opened[] = [];
  const cursors = vector.cursors ?? [{ bson: vector.bson ?? [], batches: vector.batches } as Cursor];

  function openSession() {
    const cursor: Cursor = cursors[opened.length] ?? {};
    const batches = [...(cursor.batches ?? (cursor.bson?.length ? [{ bson: cursor.bson }] : []))];
    let token = tokenBytes(cursor.token);
    let mine: Opened | undefined;

    async function run(database: string, command: Document, signal: AbortSignal) {
      if ('killCursors' in command) return {};
      if ('aggregate' in command) {
        mine = { database, command };
        opened.push(mine);
        if (cursor.error) throw toError(cursor.error);
        return reply('firstBatch', [], token, 1n);
      }
      if (mine) mine.batchSize = command.batchSize;
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

  return { opened, openSession, close: async () => undefined };
}

function reply(name: string, events: readonly Buffer[], token: Buffer | undefined, id: bigint) {
  const array = document(events.map((event, index) => element(3, String(index), event)));
  return {
    ok: 1,
    cursor: document([
      element(4, name, array),
      ...(token ? [element(3, 'postBatchResumeToken', token)] : []),
      element(18, 'id', int64(id)),
      element(2, 'ns', string('shop.orders')),
    ]),
  };
}

function document(elements: readonly Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.alloc(4), ...elements, Buffer.alloc(1)]);
  body.writeInt32LE(body.length, 0);
  return body;
}

const element = (type: number, name: string, value: Buffer) =>
  Buffer.concat([Buffer.of(type), Buffer.from(`${name}\0`), value]);

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
}

function string(text: string): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(Buffer.byteLength(text) + 1);
  return Buffer.concat([bytes, Buffer.from(`${text}\0`)]);
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
