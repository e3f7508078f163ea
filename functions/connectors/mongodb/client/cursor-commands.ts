import type { Document, MongoClient, RunCommandOptions } from 'mongodb';
import { executeOperation } from 'mongodb/lib/operations/execute_operation.js';
import { Aspect } from 'mongodb/lib/operations/operation.js';
import { RunCommandOperation } from 'mongodb/lib/operations/run_command.js';
import { ns } from 'mongodb/lib/utils.js';

/** Runs a command; one that goes on with a cursor goes to the server that opened it. */
export type CursorCommands = (database: string, command: Document, options: RunCommandOptions) => Promise<Document>;

/**
 * The commands of one cursor after another.
 *
 * A cursor lives on one server: one `mongos` of several, one member of a replica set. `db.command` selects a server for
 * each command anew, and the driver's own cursors, which keep theirs, decode every reply. So this asks the driver as
 * they do: "the same server as before".
 */
export function cursorCommands(client: MongoClient): CursorCommands {
  let server: RunCommandOperation['server'];
  return async (database, command, options) => {
    const operation = new RunCommandOperation(ns(database), command, options);
    if (isOfOpenCursor(command) && server) {
      operation.server = server;
      operation.hasAspect = (aspect) => aspect === Aspect.MUST_SELECT_SAME_SERVER;
    }
    const reply = await executeOperation(client, operation);
    server = operation.server;
    return reply;
  };
}

const isOfOpenCursor = (command: Document): boolean => 'getMore' in command || 'killCursors' in command;
