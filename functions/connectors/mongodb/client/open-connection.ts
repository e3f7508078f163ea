import { type MongoClient, MongoNetworkTimeoutError } from 'mongodb';
import { untilAborted } from './until-aborted.ts';

/** A client whose connection is opened once, at once, and again by the next command where that failed. */
export type Connection = {
  /**
   * Calls with the connected client, and gives up after so many milliseconds, of which the signal tells the call. Throws
   * what the driver throws, also for an opening that failed.
   */
  within<T>(timeoutMs: number, call: (client: MongoClient, signal: AbortSignal) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

/**
 * The driver connects with its first command too, but a client whose first connection failed refuses every later
 * command for good: a function that began while the database was down would never write again.
 */
export function openConnection(client: MongoClient): Connection {
  let opening: Promise<MongoClient> | undefined;
  const connected = (): Promise<MongoClient> => {
    opening ??= client.connect().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  // whoever calls hears of a failure; nobody waits yet
  connected().catch(() => undefined);
  return {
    async within(timeoutMs, call) {
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        return await call(await untilAborted(connected(), signal), signal);
      } catch (error) {
        if (!signal.aborted) throw error;
        throw new MongoNetworkTimeoutError(`No answer within ${timeoutMs} ms`, { cause: signal.reason });
      }
    },
    close: () => client.close(),
  };
}
