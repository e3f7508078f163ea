import { BSON, type Document, Timestamp } from 'mongodb';
import type { RawReply, StreamConnection } from '../../functions/connectors/mongodb/source/stream-connection.ts';
import { idOf } from './bson-order.ts';
import { answersOf } from './fake-collections.ts';
import { rawReply } from './raw-bson.ts';

type Written = { readonly namespace: string; readonly id: unknown; readonly document?: Document };

/** A database in memory: collections, and an oplog that change streams read. Enough for a copy and its stream. */
export type FakeDeployment = {
  connect(): StreamConnection;
  insert(namespace: string, document: Document): void;
  replace(namespace: string, document: Document): void;
  remove(namespace: string, id: unknown): void;
  documents(namespace: string): readonly Document[];
  /** All commands in their order. */
  readonly commands: readonly { readonly database: string; readonly command: Document }[];
};

export type FakeDeploymentOptions = {
  /** Namespaces that are views. */
  readonly views?: readonly string[];
  /** Called before each command; what it throws is the answer. */
  before?(command: Document, database: string): void | Promise<void>;
  /** The answer to some command in place of the usual one. */
  answer?(command: Document, database: string): RawReply | undefined;
};

export function fakeDeployment(options: FakeDeploymentOptions = {}): FakeDeployment {
  const collections = new Map<string, Map<string, Buffer>>();
  const oplog: Buffer[] = [];
  const commands: { database: string; command: Document }[] = [];
  const answer = answersOf({
    namespaces: () =>
      [...collections.keys()].map((name) => ({ name, type: options.views?.includes(name) ? 'view' : 'collection' })),
    read: (namespace) => [...(collections.get(namespace)?.values() ?? [])],
  });
  const clock = () => ({
    operationTime: new Timestamp({ t: 1 + oplog.length, i: 0 }),
    $clusterTime: Buffer.alloc(0),
  });

  function write(operationType: string, { document, id, namespace }: Written): void {
    const documents = collections.get(namespace) ?? new Map<string, Buffer>();
    collections.set(namespace, documents);
    const key = Buffer.from(idOf(BSON.serialize({ _id: id })).bytes).toString('hex');
    if (document) documents.set(key, Buffer.from(BSON.serialize(document)));
    else documents.delete(key);
    const [db, coll] = namespace.split('.');
    const event = {
      _id: { _data: tokenOf(oplog.length + 1) },
      operationType,
      clusterTime: new Timestamp({ t: 1 + oplog.length, i: 0 }),
      ...(document && { fullDocument: document }),
      ns: { db, coll },
      documentKey: { _id: id },
    };
    oplog.push(Buffer.from(BSON.serialize(event)));
  }

  function openSession() {
    let position = 0;

    async function run(database: string, command: Document, signal: AbortSignal): Promise<RawReply> {
      signal.throwIfAborted();
      await options.before?.(command, database);
      signal.throwIfAborted();
      commands.push({ database, command });
      if ('killCursors' in command) return {};
      const usual = options.answer?.(command, database) ?? answer(database, command);
      if (usual) return { ...usual, ...clock() };
      const start = command.pipeline?.[0]?.$changeStream;
      if (start) {
        const { startAfter, startAtOperationTime } = start;
        position = startAfter ? placeOf(startAfter) : (startAtOperationTime?.high ?? oplog.length + 1) - 1;
        return { ...rawReply({ batch: 'firstBatch', documents: [], id: 1n, token: tokenBytes(position) }), ...clock() };
      }
      // a stream that has nothing to say waits for a while
      if (position === oplog.length) await new Promise((resolve) => setImmediate(resolve));
      const documents = oplog.slice(position, position + 3);
      position += documents.length;
      return { ...rawReply({ batch: 'nextBatch', documents, id: 1n, token: tokenBytes(position) }), ...clock() };
    }
    return { run, end: async () => undefined };
  }

  return {
    connect: () => ({ openSession, close: async () => undefined }),
    insert: (namespace, document) => write('insert', { namespace, id: document._id, document }),
    replace: (namespace, document) => write('replace', { namespace, id: document._id, document }),
    remove: (namespace, id) => write('delete', { namespace, id }),
    documents: (namespace) => [...(collections.get(namespace)?.values() ?? [])].map((each) => BSON.deserialize(each)),
    commands,
  };
}

/** In the order of the text, as those of a server are. */
const tokenOf = (place: number): string => `T${String(place).padStart(6, '0')}`;
const placeOf = ({ _data }: Document): number => Number(String(_data).slice(1));
const tokenBytes = (place: number): Buffer => Buffer.from(BSON.serialize({ _data: tokenOf(place) }));
