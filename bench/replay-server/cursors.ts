import { setImmediate as nextTurn } from 'node:timers/promises';
import { BSON, type Document, Long, type Timestamp } from 'mongodb';
import { type LiveEvents, openLiveEvents } from './live-events.ts';
import { indexOfTime, indexOfToken, type SampleEvents, timeOf, tokenOf } from './sample-events.ts';

/** A document in pieces. */
export type Parts = readonly Uint8Array[];

/** The change stream of a deployment; a cursor that is opened without a position begins at the first event. */
export type Cursors = {
  aggregate(body: Document): Parts;
  getMore(body: Document): Promise<Parts>;
  kill(body: Document): void;
  /** Adds events in real time. */
  readonly addLive: LiveEvents['add'];
  readonly sent: { readonly events: number };
};

type Cursor = {
  readonly id: string;
  readonly namespace: string;
  /** Of the watched collection; nothing: of all. */
  readonly collection: number | undefined;
  /** The number of the next event. */
  next: number;
  /** One is on its way to the client while the other is filled. */
  readonly buffers: readonly [Buffer, Buffer];
  fills: number;
  /** The next batch, written while the client works on the one before. */
  ahead: Promise<Batch> | undefined;
};

type Batch = { readonly elements: Uint8Array; readonly events: number; readonly next: number };

/** As mongod: as many as fit into a reply. */
const REPLY_BYTES = 16_000_000;
const LARGEST_EVENT_BYTES = 17_000_000;
/** Events that are written at once; between them what was written before goes out. */
const SLICE = 256;
const DOCUMENT = 3;
const ARRAY = 4;

export function openCursors(events: SampleEvents, count: number): Cursors {
  const cursors = new Map<string, Cursor>();
  const sent = { events: 0 };
  const live = openLiveEvents(count);
  let opened = 0;

  const fillUpTo = (cursor: Cursor, most: number) =>
    fill(cursor, events, Math.min(live.available(), cursor.next + most));

  function aggregate({ aggregate: target, pipeline, $db }: Document): Parts {
    const id = String(++opened);
    const namespace = `${$db}.${typeof target === 'string' ? target : '$cmd.aggregate'}`;
    const watched = events.namespaces.indexOf(namespace);
    const next = firstOf(pipeline?.[0]?.$changeStream ?? {});
    const [one, other] = [0, 1].map(() => Buffer.allocUnsafe(REPLY_BYTES + LARGEST_EVENT_BYTES));
    const collection = watched < 0 ? undefined : watched;
    const cursor: Cursor = { id, namespace, collection, next, buffers: [one!, other!], fills: 0, ahead: undefined };
    cursors.set(id, cursor);
    return toReply(cursor, 'firstBatch', { elements: Buffer.alloc(0), events: 0, next });
  }

  async function getMore(body: Document): Promise<Parts> {
    const cursor = cursors.get(String(body.getMore));
    if (!cursor) return [BSON.serialize({ ok: 0, code: 43, codeName: 'CursorNotFound', errmsg: 'cursor not found' })];
    const most = Number(body.batchSize ?? Number.POSITIVE_INFINITY);
    const deadline = performance.now() + Number(body.maxTimeMS ?? 1000);
    if (!cursor.ahead) await live.moreThan(cursor.next, deadline);
    const batch = await (cursor.ahead ?? fillUpTo(cursor, most));
    sent.events += batch.events;
    cursor.ahead = cursor.next < count ? nextTurn().then(() => fillUpTo(cursor, most)) : undefined;
    return toReply(cursor, 'nextBatch', batch);
  }

  return {
    aggregate,
    getMore,
    kill: ({ cursors: ids }) => {
      for (const id of ids as Long[]) cursors.delete(String(id));
    },
    addLive: live.add,
    sent,
  };
}

/** Writes the elements of a reply's array: the events before `limit`, as far as they fit. */
async function fill(cursor: Cursor, events: SampleEvents, limit: number): Promise<Batch> {
  const { buffers, collection } = cursor;
  const out = buffers[cursor.fills++ % 2]!;
  let at = 0;
  let written = 0;
  for (; cursor.next < limit; cursor.next += 1) {
    if (collection !== undefined && cursor.next % events.namespaces.length !== collection) continue;
    if (at > 0 && at + events.sizeOf(cursor.next) > REPLY_BYTES) break;
    out[at++] = DOCUMENT;
    at += out.write(String(written++), at, 'latin1');
    out[at++] = 0;
    at = events.write(out, at, cursor.next);
    if (written % SLICE === 0) await nextTurn();
  }
  return { elements: out.subarray(0, at), events: written, next: cursor.next };
}

function firstOf({ resumeAfter, startAfter, startAtOperationTime }: Document): number {
  const after = indexOfToken((startAfter ?? resumeAfter)?._data);
  if (after !== undefined) return after + 1;
  const time = startAtOperationTime as Timestamp | undefined;
  return time ? Math.max(0, indexOfTime(time.t, time.i)) : 0;
}

/** `{cursor: {<batch>: […], postBatchResumeToken, id, ns}, ok, operationTime}` around what is written already. */
function toReply({ id, namespace }: Cursor, batch: string, { elements, next }: Batch): Parts {
  const cursorRest = withoutLength({
    postBatchResumeToken: { _data: tokenOf(next - 1) },
    id: Long.fromString(id),
    ns: namespace,
  });
  const rest = withoutLength({ ok: 1, operationTime: timeOf(next - 1) });
  const arrayLength = 4 + elements.length + 1;
  const cursorLength = 4 + elementHead(ARRAY, batch).length + arrayLength + cursorRest.length;
  const cursorHead = elementHead(DOCUMENT, 'cursor');
  const head = Buffer.concat([
    int32(4 + cursorHead.length + cursorLength + rest.length),
    cursorHead,
    int32(cursorLength),
    elementHead(ARRAY, batch),
    int32(arrayLength),
  ]);
  return [head, elements, Buffer.of(0), cursorRest, rest];
}

/** The elements of a document and its end. */
const withoutLength = (document: Document): Uint8Array => BSON.serialize(document).subarray(4);

const elementHead = (type: number, name: string): Buffer =>
  Buffer.from(`${String.fromCharCode(type)}${name}\0`, 'latin1');

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}
