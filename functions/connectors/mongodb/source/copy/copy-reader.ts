import { setTimeout as sleep } from 'node:timers/promises';
import { type Document, Long, MongoServerError, type Timestamp } from 'mongodb';
import { readReply } from '../cursor-reply.ts';
import { createOutage, type OutageDeps } from '../outage.ts';
import type { RawReply, StreamConnection, StreamSession } from '../stream-connection.ts';
import { ReplyMissing } from '../stream-cursor.ts';

/** Reads what exists. */
export type CopyReader = {
  /** The reply of a command, which is tried again until it works. */
  ask(database: string, command: Document): Promise<RawReply>;
  /** All documents of a cursor, which is opened again until it works. */
  list(database: string, command: Document): Promise<readonly Buffer[]>;
  /** The documents of a cursor, reply by reply; none where the collection does not exist. Throws at the first failure. */
  documents(database: string, command: Document, batchSize: number): AsyncGenerator<readonly Buffer[]>;
  /** For who tries again by himself. */
  tries(): Tries;
};

export type Tries = {
  /** Waits before another try. @throws ConfigError, DataError where another try cannot help. */
  failed(error: unknown): Promise<void>;
  worked(): void;
};

export type CopyReaderDeps = OutageDeps & {
  readonly connection: StreamConnection;
  readonly hosts: readonly string[];
  /** For messages: `shop.orders`. */
  readonly name: string;
  /**
   * What was written by then is seen, also on a secondary that is behind: what is copied must not be older than the
   * change events that are published already.
   */
  readonly after: Timestamp | undefined;
};

/** An aggregation that has to sort or group a large collection may be silent for that long. */
const REPLY_MS = 600_000;
const CLOSE_MS = 1_000;
const NAMESPACE_NOT_FOUND = 26;
/** Names and the like are small; a reply ends at 16 MB anyway. */
const LIST_BATCH_SIZE = 10_000;

/** Reads with majority read concern: a change stream would never take back what a failover rolls back. */
export function createCopyReader(deps: CopyReaderDeps, signal: AbortSignal): CopyReader {
  const { after, connection, hosts, name } = deps;
  const readConcern = { level: 'majority', ...(after && { afterClusterTime: after }) };

  async function run(session: StreamSession, database: string, command: Document): Promise<RawReply> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(new ReplyMissing(REPLY_MS)), REPLY_MS);
    const isRead = 'find' in command || 'aggregate' in command;
    try {
      const sent = isRead ? { ...command, readConcern } : command;
      return await session.run(database, sent, AbortSignal.any([signal, limit.signal]));
    } catch (error) {
      throw limit.signal.aborted ? limit.signal.reason : error;
    } finally {
      clearTimeout(timer);
    }
  }

  async function* documents(database: string, command: Document, batchSize: number) {
    const session = connection.openSession();
    let cursorId = 0n;
    let collection = '';
    try {
      let request: Document = { ...command, cursor: { batchSize } };
      do {
        const reply = readReply(await run(session, database, request));
        ({ cursorId, collection } = reply);
        yield reply.events;
        request = { getMore: Long.fromBigInt(cursorId), collection, batchSize };
      } while (cursorId !== 0n);
    } catch (error) {
      if (!(error instanceof MongoServerError) || error.code !== NAMESPACE_NOT_FOUND) throw error;
    } finally {
      await close(session, database, collection, cursorId);
    }
  }

  async function untilItWorks<T>(attempt: () => Promise<T>): Promise<T> {
    const { failed, worked } = tries();
    for (;;) {
      try {
        const result = await attempt();
        worked();
        return result;
      } catch (error) {
        await failed(error);
      }
    }
  }

  async function askOnce(database: string, command: Document): Promise<RawReply> {
    const session = connection.openSession();
    try {
      return await run(session, database, command);
    } finally {
      await session.end();
    }
  }

  function tries(): Tries {
    const outage = createOutage({ watch: name, hosts, verb: 'copy' }, deps);
    return {
      async failed(error) {
        signal.throwIfAborted();
        await sleep(outage.pauseAfter(error, 'command'), undefined, { signal });
      },
      worked() {
        outage.opened();
        outage.delivered();
      },
    };
  }

  return {
    ask: (database, command) => untilItWorks(() => askOnce(database, command)),
    list: (database, command) =>
      untilItWorks(async () => (await collect(documents(database, command, LIST_BATCH_SIZE))).flat()),
    documents,
    tries,
  };
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

/** A cursor that can't be closed is closed by the server itself. */
async function close(session: StreamSession, database: string, collection: string, cursorId: bigint): Promise<void> {
  if (cursorId !== 0n) {
    const command = { killCursors: collection, cursors: [Long.fromBigInt(cursorId)] };
    await session.run(database, command, AbortSignal.timeout(CLOSE_MS)).catch(() => undefined);
  }
  await session.end();
}
