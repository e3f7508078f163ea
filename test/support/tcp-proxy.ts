import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be cut. */
export type TcpProxy = AsyncDisposable & {
  readonly port: number;
  /** Breaks every connection and refuses new ones. */
  cut(): void;
  heal(): void;
  /** Lets the next request through, and breaks its connection in place of the reply. */
  loseNextReply(): void;
};

/** `port` may be known only once the first client comes. */
export async function openTcpProxy(host: string, port: number | (() => number)): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let losesReply = false;
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // a reset is what a cut is for
    socket.on('error', () => socket.destroy());
  };
  const server = createServer((client) => {
    track(client);
    if (isCut) {
      client.destroy();
      return;
    }
    const upstream = connect(typeof port === 'number' ? port : port(), host);
    track(upstream);
    client.pipe(upstream);
    upstream.on('data', (reply) => {
      if (losesReply) {
        losesReply = false;
        upstream.destroy();
      } else if (!client.write(reply)) {
        upstream.pause();
        client.once('drain', () => upstream.resume());
      }
    });
    upstream.on('end', () => client.end());
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('Expected a TCP address');
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    cut() {
      isCut = true;
      breakAll();
    },
    heal() {
      isCut = false;
    },
    loseNextReply() {
      losesReply = true;
    },
    async [Symbol.asyncDispose]() {
      breakAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
