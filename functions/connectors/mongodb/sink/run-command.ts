import type { Document } from 'mongodb';
import type { Connection } from '../client/open-connection.ts';

/** Sends one command that writes no records; throws what the driver throws. */
export type RunCommand = (database: string, command: Document, timeoutMs: number) => Promise<Document>;

export const runWith =
  (connection: Connection): RunCommand =>
  (database, command, timeoutMs) =>
    connection.within(timeoutMs, (client, signal) => client.db(database).command(command, { signal }));
