/** The inner modules of kafkajs 2.2.4 that kafkajs-broker.ts stands on; it is frozen and pinned exactly. */
declare module 'kafkajs/src/broker/index.js' {
  type Definition = { versions: string[]; protocol(options: { version: number }): unknown };
  type ProtocolRequest = {
    request: unknown;
    response: { decode(payload: Buffer): Promise<unknown>; parse(data: unknown): unknown };
  };
  class Broker {
    constructor(options: {
      connectionPool: import('kafkajs/src/network/connectionPool.js');
      logger: unknown;
      authenticationTimeout: number;
    });
    readonly connectionPool: import('kafkajs/src/network/connectionPool.js');
    readonly versions: Readonly<Record<number, { minVersion: number; maxVersion: number } | undefined>> | null;
    lookupRequest(apiKey: number, definition: Definition): (parameters: unknown) => ProtocolRequest;
    connect(): Promise<void>;
    disconnect(): Promise<void>;
  }
  export = Broker;
}

declare module 'kafkajs/src/network/connectionPool.js' {
  class ConnectionPool {
    constructor(options: {
      logger: unknown;
      host: string;
      port: number;
      ssl: unknown;
      sasl: unknown;
      clientId: string;
      socketFactory: unknown;
      connectionTimeout: number;
      requestTimeout: number;
      enforceRequestTimeout: boolean;
      reauthenticationThreshold: number;
    });
    readonly pool: import('kafkajs/src/network/connection.js')[];
    send(request: unknown): Promise<unknown>;
  }
  export = ConnectionPool;
}

declare module 'kafkajs/src/network/connection.js' {
  class Connection {
    readonly socket: import('node:net').Socket | undefined;
    readonly clientId: string;
    readonly requestQueue: import('kafkajs/src/network/requestQueue/index.js');
    isConnected(): boolean;
    isAuthenticated(): boolean;
    authenticate(): Promise<void>;
    nextCorrelationId(): number;
    readonly sasl: unknown;
  }
  export = Connection;
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  class RequestQueue {
    constructor(options: { requestTimeout: number; enforceRequestTimeout: boolean; logger: unknown });
    readonly pending: unknown[];
    readonly throttledUntil: number;
    throttleCheckTimeoutId: NodeJS.Timeout | null;
    checkPendingRequests(): void;
    scheduleCheckPendingRequests(): void;
    maybeThrottle(ms: number): void;
    rejectAll(error: Error): void;
    fulfillRequest(answer: { correlationId: number; payload: Buffer; size: number }): void;
    destroy(): void;
    push(request: {
      entry: {
        apiKey: number;
        apiName: string;
        apiVersion: number;
        correlationId: number;
        resolve(answer: { payload: Buffer }): void;
        reject(error: Error): void;
      };
      expectResponse: boolean;
      requestTimeout: number | null;
      sendRequest(): void;
    }): void;
  }
  export = RequestQueue;
}

declare module 'kafkajs/src/protocol/requests/index.js' {
  type Definition = { versions: string[]; protocol(options: { version: number }): unknown };
  const inner: {
    requests: Record<import('./kafkajs-broker.ts').Api, Definition>;
  };
  export = inner;
}

declare module 'kafkajs/src/protocol/requests/apiKeys.js' {
  const apiKeys: Readonly<Record<import('./kafkajs-broker.ts').Api, number>>;
  export = apiKeys;
}
