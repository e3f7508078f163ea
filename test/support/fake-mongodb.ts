import { createServer, type Server, type Socket } from 'node:net';
import { BSON, type Document, Long, Timestamp } from 'mongodb';
import { documentsIn, serveConnection, type WireCommand } from '../../bench/replay-server/wire.ts';
import { type FakeStream, openFakeStream } from './fake-change-stream.ts';

/** A command of the client's own; the driver's (`hello`, `ping`, `endSessions`) are answered and not noted. */
export type FakeCommand = {
  readonly name: string;
  readonly database: string;
  readonly body: Document;
  /** Which server got it, from 0. */
  readonly server: number;
};

type Reply = Document | undefined | Promise<Document | undefined>;

/** A reply, with or without `ok`, or what makes one; nothing: the connection is broken instead. */
export type FakeAnswer = Document | ((command: FakeCommand, usual: () => Reply) => Reply) | undefined;

export type FakeMongodb = AsyncDisposable & {
  readonly uri: string;
  readonly commands: readonly FakeCommand[];
  /** Events of the one change stream that all cursors read. */
  readonly stream: FakeStream;
  /** The next commands of that name get these answers, one each, before the usual one. */
  next(name: string, ...answers: readonly FakeAnswer[]): void;
  /** All commands of that name get this answer from now on. */
  always(name: string, answer: FakeAnswer): void;
  /** The names of the commands that a server got. */
  namesAt(server: number): readonly string[];
  /** Takes one server down for good. */
  stop(server: number): Promise<void>;
};

export type FakeOptions = {
  /** Two `mongos`, a primary and two secondaries, or one server that is neither. */
  readonly kind?: 'sharded' | 'replica set' | 'standalone';
  readonly servers?: number;
  readonly version?: string;
  readonly maxWireVersion?: number;
  /** Laid over what `hello` answers. */
  readonly hello?: Document;
  /** Of the connection string. */
  readonly options?: string;
};

const KINDS = { sharded: 2, 'replica set': 3, standalone: 1 } as const;
const WIRE_VERSIONS: Readonly<Record<string, number>> = { '4': 9, '5': 13, '6': 17, '7': 21, '8': 25 };
const SET_NAME = 'fake';

/**
 * A MongoDB deployment at the level of its wire protocol, for answers that no local database gives: several servers,
 * errors by number, old versions. It has one change stream (`stream`), whose cursors live on the server that opened
 * them; every other command is CommandNotFound until it is scripted.
 */
export async function openFakeMongodb(options: FakeOptions = {}): Promise<FakeMongodb> {
  const { kind = 'replica set', servers: count = KINDS[kind], version = '7.0.14' } = options;
  const commands: FakeCommand[] = [];
  const scripts = new Map<string, FakeAnswer[]>();
  const standing = new Map<string, FakeAnswer>();
  const stream = openFakeStream();
  const listeners = await Promise.all(Array.from({ length: count }, (_, index) => listen(index)));
  const addresses = listeners.map(({ port }) => `127.0.0.1:${port}`);

  function listen(index: number): Promise<Listener> {
    const cursors = stream.server();
    const usual: Readonly<Record<string, FakeAnswer>> = {
      hello: () => hello(index),
      ismaster: () => hello(index),
      isMaster: () => hello(index),
      ping: {},
      endSessions: {},
      buildInfo: { version, versionArray: version.split('.').map(Number), modules: [] },
      aggregate: cursors.aggregate,
      getMore: cursors.getMore,
      killCursors: cursors.killCursors,
    };
    return listenAt((command, socket) => void answer(command, socket, index, usual));
  }

  async function answer(
    { name, body, sequences, reply }: WireCommand,
    socket: Socket,
    server: number,
    usual: Readonly<Record<string, FakeAnswer>>,
  ): Promise<void> {
    const command = { name, database: String(body.$db ?? ''), body: { ...body, ...decoded(sequences) }, server };
    if (!DRIVERS_OWN.has(name)) commands.push(command);
    const usually = () => replyTo(command, usual[name] ?? unknownCommand(name));
    const script = scripts.get(name) ?? [];
    const isScripted = script.length > 0 || standing.has(name);
    const document = await (isScripted
      ? replyTo(command, script.length > 0 ? script.shift() : standing.get(name), usually)
      : usually());
    if (!document) socket.destroy();
    else reply(BSON.serialize({ ok: 1, $clusterTime: clusterTime(), ...document }));
  }

  function hello(index: number): Document {
    const [major = '7'] = version.split('.');
    const me = addresses[index] ?? '';
    const common = {
      helloOk: true,
      isWritablePrimary: kind !== 'replica set' || index === 0,
      maxBsonObjectSize: 16 * 1024 * 1024,
      maxMessageSizeBytes: 48_000_000,
      maxWriteBatchSize: 100_000,
      localTime: new Date(),
      logicalSessionTimeoutMinutes: 30,
      minWireVersion: 0,
      maxWireVersion: options.maxWireVersion ?? WIRE_VERSIONS[major] ?? 21,
    };
    const secondary = index !== 0;
    const member = { setName: SET_NAME, setVersion: 1, hosts: addresses, primary: addresses[0], me, secondary };
    return {
      ...common,
      ...(kind === 'sharded' && { msg: 'isdbgrid' }),
      ...(kind === 'replica set' && member),
      ...options.hello,
    };
  }

  const query = [options.options, kind === 'replica set' && `replicaSet=${SET_NAME}`].filter(Boolean).join('&');
  return {
    uri: `mongodb://${addresses.join(',')}/?${query}`,
    commands,
    stream,
    next: (name, ...answers) => void scripts.set(name, [...(scripts.get(name) ?? []), ...answers]),
    always: (name, chosen) => void standing.set(name, chosen),
    namesAt: (server) => commands.filter((command) => command.server === server).map(({ name }) => name),
    stop: async (server) => listeners[server]?.close(),
    async [Symbol.asyncDispose]() {
      stream.close();
      await Promise.all(listeners.map(({ close }) => close()));
    },
  };
}

/** A refusal as a server words it. */
export const serverError = (code: number, codeName: string, errmsg: string, ...errorLabels: string[]): Document => ({
  ok: 0,
  code,
  codeName,
  errmsg,
  ...(errorLabels.length > 0 && { errorLabels }),
});

const unknownCommand = (name: string): Document => serverError(59, 'CommandNotFound', `no such command: '${name}'`);

const decoded = (sequences: WireCommand['sequences']): Document =>
  Object.fromEntries(
    Object.entries(sequences).map(([name, sequence]) => [
      name,
      [...documentsIn(sequence)].map((bytes) => BSON.deserialize(bytes, { promoteLongs: false })),
    ]),
  );

const replyTo = (command: FakeCommand, answer: FakeAnswer, usual: () => Reply = () => undefined): Reply =>
  typeof answer === 'function' ? answer(command, usual) : answer;

const DRIVERS_OWN = new Set(['hello', 'ismaster', 'isMaster', 'ping', 'endSessions']);

const clusterTime = () => ({
  clusterTime: new Timestamp({ t: 1_700_000_000, i: 1 }),
  signature: { hash: new BSON.Binary(Buffer.alloc(20)), keyId: Long.fromNumber(0) },
});

type Listener = { readonly port: number; close(): Promise<void> };

async function listenAt(handle: (command: WireCommand, socket: Socket) => void): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // a client that goes away
    socket.on('error', () => socket.destroy());
    serveConnection(socket, (command) => handle(command, socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('Expected a TCP address');
  return {
    port: address.port,
    async close() {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}
