import net from 'node:net';
import tls from 'node:tls';
import Broker from 'kafkajs/src/broker/index.js';
import type Connection from 'kafkajs/src/network/connection.js';
import ConnectionPool from 'kafkajs/src/network/connectionPool.js';
import apiKeys from 'kafkajs/src/protocol/requests/apiKeys.js';
import inner from 'kafkajs/src/protocol/requests/index.js';
import type { KafkaAuth } from './auth.ts';
import { calmRequestQueues } from './kafkajs-timer.ts';

export type BrokerAddress = { readonly host: string; readonly port: number };

export type ConnectOptions = {
  readonly clientId: string;
  readonly auth: KafkaAuth;
  readonly connectionTimeoutMs: number;
  readonly requestTimeoutMs: number;
};

/** The requests that kafkajs encodes and decodes for us. */
export type Api = 'Metadata' | 'GroupCoordinator' | 'CreateTopics' | 'CreatePartitions' | 'DescribeConfigs';

/** A request whose bytes are ours: what stands behind the header, in pieces that are written without being copied. */
export type RawRequest = {
  readonly apiKey: number;
  readonly apiName: string;
  readonly apiVersion: number;
  /** KIP-482's header, with tagged fields. */
  readonly flexible?: boolean;
  readonly body: readonly Buffer[];
};

/** One authenticated connection to one broker. After any failure it is thrown away; nothing of it is used again. */
export type BrokerConnection = BrokerAddress & {
  isOpen(): boolean;
  maxVersion(apiKey: number): number;
  /** The decoded answer, whatever error codes it carries. */
  request(api: Api, parameters: unknown): Promise<unknown>;
  requestRaw(request: RawRequest): Promise<Buffer>;
  throttle(ms: number): void;
  close(): void;
};

const nothing = () => undefined;
// what kafkajs would log reaches us as an error too, and there it gets a clear sentence
const silent = { namespace: () => silent, debug: nothing, info: nothing, warn: nothing, error: nothing };

calmRequestQueues();

/**
 * Opens a connection with kafkajs's own means: sockets, TLS, SASL with re-authentication, API versions, request queue.
 *
 * Its clusters, broker pools, locks and retries stay unused (K11–K13), and so do its produce encoder and its `send()`.
 */
export async function openBroker({ host, port }: BrokerAddress, options: ConnectOptions): Promise<BrokerConnection> {
  const broker = new Broker({
    logger: silent,
    authenticationTimeout: options.connectionTimeoutMs,
    connectionPool: new ConnectionPool({
      logger: silent,
      host,
      port,
      ssl: options.auth.ssl,
      // kafkajs keeps its authenticator in the object
      sasl: options.auth.sasl && { ...options.auth.sasl },
      clientId: options.clientId,
      socketFactory: openSocket,
      connectionTimeout: options.connectionTimeoutMs,
      requestTimeout: options.requestTimeoutMs,
      enforceRequestTimeout: true,
      reauthenticationThreshold: REAUTHENTICATE_BEFORE_MS,
    }),
  });
  const connection = broker.connectionPool.pool[0]!;
  try {
    await broker.connect();
  } catch (error) {
    discard(broker, connection);
    throw error;
  }
  return {
    host,
    port,
    isOpen: () => connection.isConnected(),
    maxVersion: (apiKey) => broker.versions?.[apiKey]?.maxVersion ?? -1,
    request: (api, parameters) => request(broker, api, parameters),
    requestRaw: (raw) => requestRaw(connection, raw),
    throttle: (ms) => connection.requestQueue.maybeThrottle(ms),
    close: () => discard(broker, connection),
  };
}

// Brokers refuse to re-authenticate a connection more than once a second and may ask for it every few seconds.
const REAUTHENTICATE_BEFORE_MS = 10_000;

type SocketOptions = BrokerAddress & { ssl: tls.ConnectionOptions | null; onConnect(): void };

/** As kafkajs's own, without Nagle's algorithm: a small request would wait for the acknowledgement of the one before. */
function openSocket({ host, port, ssl, onConnect }: SocketOptions): net.Socket {
  const servername = net.isIP(host) ? {} : { servername: host };
  const socket = ssl
    ? tls.connect({ host, port, ...servername, ...ssl }, onConnect)
    : net.connect({ host, port }, onConnect);
  return socket.setNoDelay(true).setKeepAlive(true, 60_000);
}

async function request(broker: Broker, api: Api, parameters: unknown): Promise<unknown> {
  const { request, response } = broker.lookupRequest(apiKeys[api], inner.requests[api])(parameters);
  // kafkajs's `parse` turns the first error code of an answer into an exception for all of it (K1, K7)
  return broker.connectionPool.send({ request, response: { decode: response.decode, parse: (data: unknown) => data } });
}

async function requestRaw(connection: Connection, raw: RawRequest): Promise<Buffer> {
  // a login that is about to run out is renewed first (KIP-368); all requests wait for it, none may come in between
  if (connection.sasl && !connection.isAuthenticated()) await connection.authenticate();
  return new Promise((resolve, reject) => {
    const { socket } = connection;
    if (!connection.isConnected() || !socket) return reject(new Error('Connection closed'));
    const correlationId = connection.nextCorrelationId();
    const pieces = withHead(raw, correlationId, connection.clientId);
    const { apiKey, apiName, apiVersion } = raw;
    connection.requestQueue.push({
      entry: { apiKey, apiName, apiVersion, correlationId, resolve: ({ payload }) => resolve(payload), reject },
      expectResponse: true,
      requestTimeout: null,
      sendRequest: () => {
        socket.cork();
        for (const piece of pieces) socket.write(piece);
        socket.uncork();
      },
    });
  });
}

/** Length, API, version, correlation id, length of the client id. */
const HEAD_BYTES = 14;

/** The request's pieces with its header, in one piece with the body's first: that is short, and each costs a call. */
function withHead(
  { apiKey, apiVersion, flexible, body: [first = NO_BYTES, ...others] }: RawRequest,
  correlationId: number,
  clientId: string,
): Buffer[] {
  const nameBytes = Buffer.byteLength(clientId);
  const bodyAt = HEAD_BYTES + nameBytes + (flexible ? 1 : 0);
  const head = Buffer.allocUnsafe(bodyAt + first.length);
  const otherBytes = others.reduce((sum, piece) => sum + piece.length, 0);
  let at = head.writeInt32BE(head.length - 4 + otherBytes, 0);
  at = head.writeInt16BE(apiKey, at);
  at = head.writeInt16BE(apiVersion, at);
  at = head.writeInt32BE(correlationId, at);
  at = head.writeInt16BE(nameBytes, at);
  at += head.write(clientId, at);
  if (flexible) head[at] = 0; // no tagged fields
  head.set(first, bodyAt);
  return [head, ...others];
}

const NO_BYTES = Buffer.alloc(0);

/** kafkajs's own `disconnect` waits for answers that may never come, and its connection keeps half a reply for the next. */
function discard(broker: Broker, connection: Connection): void {
  connection.requestQueue.rejectAll(new Error('Connection closed'));
  connection.socket?.destroy();
  void broker.disconnect();
}
