import type { Document, MongoClient, RunCommandOptions } from 'mongodb';
import { executeOperation } from 'mongodb/lib/operations/execute_operation.js';
import { Aspect } from 'mongodb/lib/operations/operation.js';
import { RunCommandOperation } from 'mongodb/lib/operations/run_command.js';
import { ns } from 'mongodb/lib/utils.js';
import { type KeptConnection, keepConnection } from './kept-connection.ts';

type CommandOptions = RunCommandOptions & { readonly signal: AbortSignal };

export type CursorCommands = {
  /** Runs a command; one that goes on with a cursor goes to the server that opened it. One call at a time. */
  run(database: string, command: Document, options: CommandOptions): Promise<Document>;
  /** Keeps nothing for the cursor any more. */
  release(): void;
};

/**
 * The commands of one cursor after another.
 *
 * A cursor lives on one server: one `mongos` of several, one member of a replica set. `db.command` selects a server for
 * each command anew, and the driver's own cursors, which keep theirs, decode every reply. So this asks the driver as
 * they do: "the same server as before". A cursor that waits for events also keeps its connection.
 */
export function cursorCommands(client: MongoClient): CursorCommands {
  let server: RunCommandOperation['server'];
  let kept: KeptConnection | undefined;
  /** Nothing could be kept for this cursor. */
  let isShared = false;

  function run(database: string, command: Document, options: CommandOptions): Promise<Document> {
    if (!isWaiting(command) || !server || isShared) return runByDriver(database, command, options);
    return kept ? kept.run(database, command) : runKeeping(server, database, command, options);
  }

  async function runKeeping(
    from: NonNullable<typeof server>,
    database: string,
    command: Document,
    options: CommandOptions,
  ): Promise<Document> {
    kept = await keepConnection(from, options);
    isShared = kept === undefined;
    return run(database, command, options);
  }

  async function runByDriver(database: string, command: Document, options: CommandOptions): Promise<Document> {
    release();
    const operation = new RunCommandOperation(ns(database), command, options);
    if (isOfOpenCursor(command) && server) {
      operation.server = server;
      operation.hasAspect = (aspect) => aspect === Aspect.MUST_SELECT_SAME_SERVER;
    }
    const reply = await executeOperation(client, operation);
    server = operation.server;
    return reply;
  }

  function release(): void {
    kept?.release();
    kept = undefined;
  }

  return { run, release };
}

const isOfOpenCursor = (command: Document): boolean => 'getMore' in command || 'killCursors' in command;

/** Only a cursor that waits for events takes the time that it may wait. */
const isWaiting = (command: Document): boolean => 'getMore' in command && 'maxTimeMS' in command;
