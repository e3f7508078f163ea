import { type Document, Long, Timestamp } from 'mongodb';
import type { FakeCommand } from './fake-mongodb.ts';

/** The events of a deployment: what was appended while a cursor was open, or behind the token that it began with. */
export type FakeStream = {
  /** Each event gets a token and a time where it has none. */
  append(...events: readonly Document[]): void;
  /** Resolves once a cursor is open, so that what is appended now is seen. */
  opened(): Promise<void>;
  /** How one server answers the commands of cursors; it knows only those that it opened. */
  server(): {
    aggregate(command: FakeCommand): Document;
    getMore(command: FakeCommand): Promise<Document>;
    killCursors(command: FakeCommand): Document;
  };
  /** Ends waiting replies. */
  close(): void;
};

/** The token of the nth event, from 1, as mongod writes them: 0x82, then seconds since 1970. */
export const fakeToken = (n: number): string => `82${hex(START + n)}${hex(n)}2B`;

const START = 1_700_000_000;
const hex = (value: number) => value.toString(16).toUpperCase().padStart(8, '0');

export function openFakeStream(): FakeStream {
  const events: Document[] = [];
  const waiting = new Set<() => void>();
  const open = Promise.withResolvers<void>();
  let cursors = 0;

  const wake = () => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };

  function append(...more: readonly Document[]): void {
    for (const event of more) {
      const n = events.length + 1;
      events.push({ _id: { _data: fakeToken(n) }, clusterTime: new Timestamp({ t: START + n, i: 1 }), ...event });
    }
    wake();
  }

  /** Resolves with the next event, or when that many milliseconds have passed. */
  const somethingNew = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      waiting.add(() => {
        clearTimeout(timer);
        resolve();
      });
    });

  function server() {
    const positions = new Map<string, number>();

    function aggregate({ body, database }: FakeCommand): Document {
      const id = Long.fromNumber(++cursors);
      const { startAfter, resumeAfter } = body.pipeline[0].$changeStream;
      const after = (startAfter ?? resumeAfter)?._data;
      positions.set(id.toString(), after === undefined ? events.length : indexBehind(after));
      open.resolve();
      return cursorOf('firstBatch', [], positions.get(id.toString()) ?? 0, id, `${database}.${body.aggregate}`);
    }

    async function getMore({ body, database }: FakeCommand): Promise<Document> {
      const id = String(body.getMore);
      const from = positions.get(id);
      if (from === undefined)
        return { ok: 0, code: 43, codeName: 'CursorNotFound', errmsg: `cursor id ${id} not found` };
      if (from === events.length) await somethingNew(Number(body.maxTimeMS ?? 1000));
      const invalid = events.findIndex(({ operationType }, index) => index >= from && operationType === 'invalidate');
      const batch = events.slice(from, Math.min(...[invalid + 1 || Infinity, from + Number(body.batchSize ?? 1000)]));
      positions.set(id, from + batch.length);
      const isClosed = batch.at(-1)?.operationType === 'invalidate';
      const next = isClosed ? Long.ZERO : Long.fromString(id);
      return cursorOf('nextBatch', batch, from + batch.length, next, `${database}.${body.collection}`);
    }

    function killCursors({ body }: FakeCommand): Document {
      const [found, unknown] = [body.cursors as Long[], [] as Long[]];
      for (const id of found) if (!positions.delete(id.toString())) unknown.push(id);
      return { cursorsKilled: found.filter((id) => !unknown.includes(id)), cursorsNotFound: unknown };
    }

    return { aggregate, getMore, killCursors };
  }

  const indexBehind = (token: string) => events.findIndex(({ _id }) => _id._data === token) + 1;

  function cursorOf(batch: string, documents: readonly Document[], position: number, id: Long, ns: string): Document {
    const last = events[position - 1];
    const postBatchResumeToken = last?._id ?? { _data: fakeToken(0) };
    return { cursor: { [batch]: documents, postBatchResumeToken, id, ns } };
  }

  return { append, opened: () => open.promise, server, close: wake };
}
