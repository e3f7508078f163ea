import { BSON, type Document, MongoNetworkError, MongoServerError } from 'mongodb';
import type {
  RawReply,
  StreamConnection,
} from '../../../../../functions/connectors/mongodb/source/stream-connection.ts';
import { probeOf, silentProbe } from '../../../../support/source-deps.ts';

/** A change event: in how many fragments the server gives it, or that it fits into no reply. */
export type LargeEvent = { readonly n: number; readonly fragments: number; readonly isTooLarge?: boolean };

export type ServerOptions = {
  readonly splits: boolean;
  /** Documents of the next reply at most; 0 breaks the connection. */
  chop(): number;
};

/**
 * Stands in for a deployment with large events, as the local database gives no error 10334, and the same token to all
 * fragments of an event. It resumes behind a fragment as MongoDB does.
 */
export function largeEventServer(events: readonly LargeEvent[], { splits, chop }: ServerOptions) {
  const commands: Document[] = [];

  function openSession() {
    let documents: readonly Given[] = [];
    let at = 0;

    async function run(_database: string, command: Document, signal: AbortSignal): Promise<RawReply> {
      commands.push(command);
      if ('killCursors' in command) return {};
      if ('aggregate' in command) {
        documents = documentsOf(events, command.pipeline);
        const after = command.pipeline[0].$changeStream.startAfter?._data;
        at = after === undefined ? 0 : documents.findIndex(({ token }) => token === after) + 1;
        return reply('firstBatch', [], documents[at - 1]?.token ?? 'start');
      }
      if (at === documents.length) {
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      }
      const most = chop();
      if (most === 0) throw new MongoNetworkError('read ECONNRESET');
      const batch = documents.slice(at, at + Math.min(most, command.batchSize ?? most));
      if (batch.some(({ isTooLarge }) => isTooLarge)) {
        throw new MongoServerError({ code: 10334, errmsg: 'BSONObj size: 17000000 is invalid' });
      }
      at += batch.length;
      return reply('nextBatch', batch, batch.at(-1)!.token);
    }

    return { run, end: async () => undefined };
  }

  const connection: StreamConnection = { openSession, close: async () => undefined };
  return { connection, probe: splits ? probeOf('7.0.0') : silentProbe, commands };
}

type Given = { readonly token: string; readonly isTooLarge: boolean; readonly document: Document };

function documentsOf(events: readonly LargeEvent[], pipeline: readonly Document[]): Given[] {
  const splits = pipeline.some((stage) => '$changeStreamSplitLargeEvent' in stage);
  const isHeader = pipeline.some((stage) => '$project' in stage);
  return events.flatMap(({ n, fragments, isTooLarge = false }) => {
    const members = Object.entries(eventOf(n, isHeader ? 0 : fragments));
    if (!splits || fragments === 1) {
      const token = `${n}`;
      const document = { _id: { _data: token }, ...Object.fromEntries(members) };
      return [{ token, isTooLarge: isTooLarge && !isHeader, document }];
    }
    return Array.from({ length: fragments }, (_, index) => {
      const token = index === fragments - 1 ? `${n}` : `${n}+${index + 1}`;
      // the first has as much as fits, each of the others one member
      const own = index === 0 ? members.slice(0, members.length - fragments + 1) : [members.at(index - fragments)!];
      const splitEvent = { fragment: index + 1, of: fragments };
      return { token, isTooLarge, document: { _id: { _data: token }, splitEvent, ...Object.fromEntries(own) } };
    });
  });
}

export const eventOf = (n: number, images: number): Document => ({
  operationType: 'insert',
  ns: { db: 'shop', coll: 'orders' },
  documentKey: { _id: n },
  ...Object.fromEntries(Array.from({ length: images }, (_, image) => [`image${image}`, `${n}/${image}`])),
});

function reply(batch: string, given: readonly Given[], token: string): RawReply {
  const cursor = {
    [batch]: given.map(({ document }) => document),
    postBatchResumeToken: { _data: token },
    id: BSON.Long.fromNumber(1),
    ns: 'shop.orders',
  };
  return { ok: 1, cursor: Buffer.from(BSON.serialize(cursor)) };
}
