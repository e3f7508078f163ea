import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { BSON, type Document } from 'mongodb';
import { acknowledge, isWrite, type Writes } from './acknowledge.ts';
import { type Cursors, openCursors, type Parts } from './cursors.ts';
import { createSampleEvents, type SampleOptions } from './sample-events.ts';
import { serveConnection, type WireCommand } from './wire.ts';

export type ReplayOptions = SampleOptions & {
  /** Events that are there from the start. */
  readonly events: number;
  /** A free one where it is 0. */
  readonly port: number;
  /** The newest version of the wire protocol that it says it speaks. */
  readonly wireVersion?: number;
};

export type ReplayServer = AsyncDisposable & {
  readonly uri: string;
  readonly sent: Cursors['sent'];
  readonly writes: Readonly<Writes>;
  readonly addLive: Cursors['addLive'];
};

const SET_NAME = 'rs0';
/** MongoDB 7.0's; from 25 on (8.0) clients may send `bulkWrite`. */
const WIRE_VERSION = 21;

/**
 * A server of MongoDB's wire protocol that is faster than any client: it serves change events that are ready as bytes,
 * and acknowledges writes without doing them. What is measured against it is the client.
 */
export async function openReplayServer(options: ReplayOptions): Promise<ReplayServer> {
  const cursors = openCursors(createSampleEvents(options), options.events);
  const writes: Writes = { documents: 0, commands: 0 };
  const { wireVersion = WIRE_VERSION } = options;
  const sockets = new Set<Socket>();
  let address = '';

  async function answer(command: WireCommand): Promise<void> {
    const { body, name } = command;
    if (name === 'aggregate') command.reply(...cursors.aggregate(body));
    else if (name === 'getMore') command.reply(...(await cursors.getMore(body)));
    else command.reply(...other(command));
  }

  function other(command: WireCommand): Parts {
    const { body, name } = command;
    if (name === 'killCursors') cursors.kill(body);
    if (isWrite(name)) return [BSON.serialize(acknowledge(command, writes))];
    return [BSON.serialize({ ok: 1, ...ANSWERS[name]?.(address, wireVersion) })];
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // a client that goes away
    socket.on('error', () => socket.destroy());
    serveConnection(socket, (command) => void answer(command));
  });
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    uri: `mongodb://${address}/?replicaSet=${SET_NAME}`,
    sent: cursors.sent,
    writes,
    addLive: cursors.addLive,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** What drivers and tasks ask beside; every other command is simply well. */
const ANSWERS: Readonly<Record<string, (address: string, wireVersion: number) => Document>> = {
  hello,
  ismaster: hello,
  isMaster: hello,
  buildInfo: () => ({ version: '7.0.14', versionArray: [7, 0, 14, 0], maxBsonObjectSize: 16 * 1024 * 1024 }),
  connectionStatus: () => ({ authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] } }),
  find: () => ({ cursor: { id: 0, ns: 'local.oplog.rs', firstBatch: [] } }),
};

function hello(address: string, wireVersion: number): Document {
  return {
    helloOk: true,
    isWritablePrimary: true,
    ismaster: true,
    setName: SET_NAME,
    setVersion: 1,
    secondary: false,
    hosts: [address],
    primary: address,
    me: address,
    maxBsonObjectSize: 16 * 1024 * 1024,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: 30,
    connectionId: 1,
    minWireVersion: 0,
    maxWireVersion: wireVersion,
    readOnly: false,
  };
}
