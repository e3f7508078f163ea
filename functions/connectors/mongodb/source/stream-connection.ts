import type { ClientSession, Document, MongoClient } from 'mongodb';
import { cursorCommands } from '../client/cursor-commands.ts';
import { createMongoClient, toClientOptions } from '../client/mongo-client.ts';
import { untilAborted } from '../client/until-aborted.ts';
import type { SourceConfig } from './properties.ts';

/** A reply whose sub-documents are BSON bytes. */
export type RawReply = Readonly<Record<string, unknown>>;

/** One session: a cursor belongs to the session and to the server that opened it. */
export type StreamSession = {
  run(database: string, command: Document, signal: AbortSignal): Promise<RawReply>;
  end(): Promise<void>;
};

export type StreamConnection = { openSession(): StreamSession; close(): Promise<void> };

/** The driver's connection to the deployment; it is made with the first command. */
export function connectStream(config: SourceConfig): StreamConnection {
  const client = createMongoClient(toClientOptions(config, 'source'));
  return {
    openSession: () => openSession(client),
    close: () => client.close(),
  };
}

function openSession(client: MongoClient): StreamSession {
  const commands = cursorCommands(client);
  let session: ClientSession | undefined;

  async function runFirst(database: string, command: Document, signal: AbortSignal): Promise<RawReply> {
    // a client of a mongodb+srv address has no topology, hence no sessions, before it resolved the address
    await untilAborted(client.connect(), signal);
    session ??= client.startSession({ causalConsistency: false });
    return run(database, command, signal);
  }

  function run(database: string, command: Document, signal: AbortSignal): Promise<RawReply> {
    if (!session) return runFirst(database, command, signal);
    // a command may have a read concern of its own
    const level = 'aggregate' in command && !command.readConcern ? client.readConcern?.level : undefined;
    return commands.run(database, level === undefined ? command : { ...command, readConcern: { level } }, {
      raw: true,
      session,
      readPreference: client.readPreference,
      signal,
    });
  }

  return {
    run,
    async end() {
      commands.release();
      await session?.endSession();
    },
  };
}
