import type { WriteConcernSettings } from 'mongodb';
import type { Connection } from '../client/open-connection.ts';
import { toDriverDocument } from './driver-document.ts';
import { statementSequence } from './statement-sequence.ts';
import type { CommandName } from './statements.ts';
import type { Namespace } from './write-models.ts';
import type { ConcernError, WriteError } from './write-verdict.ts';

export type Command = {
  readonly namespace: Namespace;
  readonly name: CommandName;
  readonly isOrdered: boolean;
  /** BSON of the elements of the command's list. */
  readonly statements: readonly Uint8Array[];
};

export type Reply = {
  /** Documents that were matched, deleted or inserted. */
  readonly count: number;
  /** Places of the updates that found no document and made one. */
  readonly upserted: readonly number[];
  readonly writeErrors: readonly WriteError[];
  readonly concernError: ConcernError | undefined;
};

/** Sends one command; throws what the driver throws where it fails as a whole. */
export type SendCommand = (command: Command, timeoutMs: number) => Promise<Reply>;

/** The member of a command that holds its statements. */
const LISTS = { update: 'updates', delete: 'deletes', insert: 'documents' } as const;

/**
 * The driver's command with its statements as ready BSON bytes. Its own bulk writes would decode and encode every
 * document once more, and reorder numeric field names. Only to encrypt has the driver to look into them.
 */
export const sendWith =
  (connection: Connection, isEncrypting: boolean): SendCommand =>
  ({ namespace, name, isOrdered, statements }, timeoutMs) =>
    connection.within(timeoutMs, async (client, signal) => {
      const list = LISTS[name];
      const database = client.db(namespace.database);
      const concern = toConcern(database.writeConcern);
      const command = {
        [name]: namespace.collection,
        ordered: isOrdered,
        ...(Object.keys(concern).length > 0 && { writeConcern: concern }),
        [list]: isEncrypting ? statements.map(toDriverDocument) : statementSequence(list, statements),
      };
      try {
        return toReply(await database.command(command, { signal }), statements);
      } catch (error) {
        // the driver throws where only the write concern failed, with the whole reply inside
        const reply = replyInside(error);
        if (reply) return toReply(reply, statements);
        throw error;
      }
    });

function toConcern({ w, j, journal, wtimeoutMS }: WriteConcernSettings = {}) {
  const journaled = journal ?? j;
  return {
    ...(w !== undefined && { w }),
    ...(journaled !== undefined && { j: journaled }),
    ...(wtimeoutMS !== undefined && { wtimeout: wtimeoutMS }),
  };
}

type RawReply = {
  readonly n?: number;
  readonly upserted?: readonly { readonly index: number }[];
  readonly writeErrors?: readonly WriteError[];
  readonly writeConcernError?: ConcernError;
};

/** With `w=0` the server tells no number, which then says nothing of documents that were not found. */
const toReply = (
  { n, upserted = [], writeErrors = [], writeConcernError }: RawReply,
  statements: readonly Uint8Array[],
): Reply => ({
  count: n ?? statements.length,
  upserted: upserted.map(({ index }) => index),
  writeErrors,
  concernError: writeConcernError,
});

function replyInside(error: unknown): RawReply | undefined {
  const result = error instanceof Error && 'result' in error ? error.result : undefined;
  if (typeof result !== 'object' || result === null || !('writeConcernError' in result)) return undefined;
  return 'ok' in result && result.ok === 1 ? (result as RawReply) : undefined;
}
