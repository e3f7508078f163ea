/** The inner modules of mongodb 7.9.0, pinned exactly, that cursor-commands.ts and kept-connection.ts stand on. */
declare module 'mongodb/lib/operations/execute_operation.js' {
  export function executeOperation(
    client: import('mongodb').MongoClient,
    operation: import('mongodb/lib/operations/run_command.js').RunCommandOperation,
  ): Promise<import('mongodb').Document>;
}

declare module 'mongodb/lib/operations/run_command.js' {
  export class RunCommandOperation {
    constructor(
      namespace: import('mongodb').MongoDBNamespace,
      command: import('mongodb').Document,
      options: import('mongodb').RunCommandOptions,
    );
    /** The server that it went to, or has to go to. */
    server: import('mongodb/lib/sdam/server.js').Server | undefined;
    hasAspect(aspect: symbol): boolean;
  }
}

declare module 'mongodb/lib/operations/operation.js' {
  export const Aspect: { readonly MUST_SELECT_SAME_SERVER: symbol };
}

declare module 'mongodb/lib/sdam/server.js' {
  import type { Connection } from 'mongodb/lib/cmap/connection.js';

  export class Server {
    readonly description: import('mongodb').ServerDescription;
    readonly loadBalanced: boolean;
    readonly pool: {
      readonly options: { readonly maxPoolSize: number };
      checkOut(options: {
        /** Nothing: no timeout but the signal. */
        readonly timeoutContext: { readonly connectionCheckoutTimeout: null };
        readonly signal: AbortSignal;
      }): Promise<Connection>;
      /** One that is closed is left to the garbage collector. */
      checkIn(connection: Connection): void;
    };
    /** Adds labels to an error, and notes what it says of the server. */
    decorateCommandError(
      connection: Connection,
      command: import('mongodb').Document,
      options: { readonly session?: import('mongodb').ClientSession | undefined },
      error: unknown,
    ): Error;
  }
}

declare module 'mongodb/lib/cmap/connection.js' {
  import type { EventEmitter } from 'node:events';

  export interface Connection
    extends EventEmitter<{ close: []; clusterTimeReceived: [import('mongodb').ClusterTime] }> {
    /** Piped into `messageStream`. */
    readonly socket: import('node:net').Socket;
    readonly messageStream: import('node:stream').Transform;
    readonly closed: boolean;
    /** Why it is closed. */
    readonly error: Error | null;
    readonly description: { readonly compressor?: string | null };
    readonly authContext?: { readonly credentials?: { readonly mechanism: string } };
    readonly socketTimeoutMS: number;
    readonly supportsOpMsg: boolean;
    /** Commands are logged, or listened to. */
    readonly shouldEmitAndLogCommand: boolean;
    clusterTime: import('mongodb').ClusterTime | null;
    prepareCommand(
      database: string,
      command: import('mongodb').Document,
      options: import('mongodb').RunCommandOptions,
    ): { toBin(): Uint8Array[] };
    /** Closes it because of that. */
    onError(error: Error): void;
  }
}

declare module 'mongodb/lib/utils.js' {
  export const ns: (database: string) => import('mongodb').MongoDBNamespace;
}
