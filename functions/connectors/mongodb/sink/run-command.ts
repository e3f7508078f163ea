import { type Document, type MongoClient, MongoNetworkTimeoutError } from 'mongodb';

/** Sends one command that writes no records; throws what the driver throws. */
export type RunCommand = (database: string, command: Document, timeoutMs: number) => Promise<Document>;

export const runWith =
  (client: MongoClient): RunCommand =>
  async (database, command, timeoutMs) => {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      return await client.db(database).command(command, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new MongoNetworkTimeoutError(`No answer within ${timeoutMs} ms`, { cause: signal.reason });
    }
  };
