import {
  BSON,
  type ClusterTime,
  type Document,
  MongoServerError,
  MongoUnexpectedServerResponseError,
  type RunCommandOptions,
  Timestamp,
} from 'mongodb';
import type { Connection } from 'mongodb/lib/cmap/connection.js';
import type { Server } from 'mongodb/lib/sdam/server.js';
import { documentOf, type Element, findElement } from '../bson/element-reader.ts';
import { timestampOf } from '../bson/event-header.ts';
import { BSON_TYPE } from '../bson/types.ts';
import { createMessageReader } from './message-reader.ts';

/** A connection of the driver that is kept for one cursor. */
export type KeptConnection = {
  /** The reply as the driver gives it; throws what the driver would throw. One call at a time. */
  run(database: string, command: Document): Promise<Document>;
  /** Gives it back; it is closed where a reply is still to come. */
  release(): void;
};

type KeepOptions = RunCommandOptions & { readonly signal: AbortSignal };

/**
 * Takes a connection out of the driver's pool for the commands of a cursor that waits for events.
 *
 * At some events a second nearly everything that a source does is to ask for the next one, and the driver makes a lot
 * of that: it selects a server, checks a connection out and in, encodes the command, adds and removes listeners, and
 * passes the reply through three generators. On a kept connection a command is the bytes that the driver made of it,
 * and a reply is a message. What the driver alone can do stays with it: the handshake, the login, the session, and what
 * an error says of the server.
 *
 * Nothing, where a command needs more than that: behind a load balancer (the session keeps the connection), from a small
 * pool, with compression, a socket timeout, a login that runs out, or where commands are logged. The signal closes the
 * connection.
 */
export async function keepConnection(server: Server, options: KeepOptions): Promise<KeptConnection | undefined> {
  if (server.loadBalanced || isSmall(server.pool.options)) return undefined;
  const connection = await server.pool.checkOut({ timeoutContext: WITHOUT_TIMEOUT, signal: options.signal });
  if (isPlain(connection)) return keep(connection, server, options);
  server.pool.checkIn(connection);
  return undefined;
}

const WITHOUT_TIMEOUT = { connectionCheckoutTimeout: null };

/** A source has at most two of these cursors at a time, and other commands besides. */
const isSmall = ({ maxPoolSize }: { readonly maxPoolSize: number }): boolean => maxPoolSize > 0 && maxPoolSize < 3;

const isPlain = (connection: Connection): boolean =>
  connection.supportsOpMsg &&
  (connection.description.compressor ?? 'none') === 'none' &&
  connection.socketTimeoutMS === 0 &&
  connection.authContext?.credentials?.mechanism !== 'MONGODB-OIDC' &&
  !connection.shouldEmitAndLogCommand;

/** Encoded anew after so many, as the driver adds the cluster's time that it knows. */
const SAME_BYTES = 50;

function keep(connection: Connection, server: Server, options: KeepOptions): KeptConnection {
  const { messageStream, socket } = connection;
  const { session, signal } = options;
  let waiting: PromiseWithResolvers<Buffer> | undefined;
  let encoded: { readonly command: Document; readonly bytes: Buffer; sent: number } | undefined;

  const readChunk = createMessageReader((message) => {
    const answered = waiting;
    waiting = undefined;
    answered?.resolve(message);
  });
  const onChunk = (chunk: Buffer) => {
    try {
      readChunk(chunk);
    } catch (error) {
      connection.onError(error as Error);
    }
  };
  const onClose = () => waiting?.reject(connection.error);
  const onAbort = () => connection.onError(signal.reason);
  socket.unpipe(messageStream).on('data', onChunk).resume();
  connection.once('close', onClose);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();

  async function run(database: string, command: Document): Promise<Document> {
    try {
      return readMessage(await exchange(encode(database, command)), connection);
    } catch (error) {
      throw server.decorateCommandError(connection, command, { session }, error);
    }
  }

  function encode(database: string, command: Document): Buffer {
    if (encoded?.command !== command || encoded.sent === SAME_BYTES) {
      const bytes = Buffer.concat(connection.prepareCommand(database, command, options).toBin());
      encoded = { command, bytes, sent: 0 };
    }
    encoded.sent += 1;
    return encoded.bytes;
  }

  function exchange(bytes: Buffer): Promise<Buffer> {
    if (connection.error) return Promise.reject(connection.error);
    waiting = Promise.withResolvers();
    socket.write(bytes);
    return waiting.promise;
  }

  function release(): void {
    signal.removeEventListener('abort', onAbort);
    // a reply that is still to come would be taken for that of the next command
    if (waiting) connection.onError(new Error('The connection was given back while it waited for a reply'));
    connection.removeListener('close', onClose);
    socket.removeListener('data', onChunk).pipe(messageStream);
    server.pool.checkIn(connection);
  }

  return { run, release };
}

// OP_MSG: length, request, response to, opcode, flags, kind of the first section, and that section, the reply
const OPCODE_AT = 12;
const KIND_AT = 20;
const REPLY_AT = 21;
const OP_MSG = 2013;
const BODY = 0;

/** Sub-documents stay BSON bytes; what the reply says of the cluster's time is told to the driver. */
function readMessage(message: Buffer, connection: Connection): Document {
  if (message.readInt32LE(OPCODE_AT) !== OP_MSG || message[KIND_AT] !== BODY) {
    throw new MongoUnexpectedServerResponseError('Expected an OP_MSG with a document as reply');
  }
  const reply = readReply(message.subarray(REPLY_AT));
  if (reply.$clusterTime) {
    const time = BSON.deserialize(reply.$clusterTime) as ClusterTime;
    connection.clusterTime = time;
    connection.emit('clusterTimeReceived', time);
  }
  if (reply.ok === 0) throw new MongoServerError(reply);
  return reply;
}

/** What a reply to `getMore` holds for a change stream. One that is no success, or has no cursor, is read as a whole. */
function readReply(reply: Buffer): Document {
  const cursor = documentOf(reply, findElement(reply, 'cursor'));
  if (!cursor || !isOne(reply, findElement(reply, 'ok'))) return BSON.deserialize(reply, { raw: true });
  const time = timestampOf(reply, findElement(reply, 'operationTime'));
  return {
    ok: 1,
    cursor,
    operationTime: time && new Timestamp({ t: time.seconds, i: time.increment }),
    $clusterTime: documentOf(reply, findElement(reply, '$clusterTime')),
  };
}

/** MongoDB's `ok` is a double; other servers have it as an integer. */
function isOne(reply: Buffer, element: Element | undefined): boolean {
  if (element?.type === BSON_TYPE.double) return reply.readDoubleLE(element.start) === 1;
  return element?.type === BSON_TYPE.int32 && reply.readInt32LE(element.start) === 1;
}
