import { Timestamp } from 'mongodb';
import { DataError } from '../../../connect/errors.ts';
import { documentOf, documentsOf, findElement, textOf } from '../bson/element-reader.ts';
import { JSON_FORMATS } from '../bson/json-formats.ts';
import { jsonTextOf } from '../bson/json-writer.ts';
import { BSON_TYPE } from '../bson/types.ts';
import type { EncodedEvents } from './encode/encoded-events.ts';

/** One reply of a change stream's cursor; events are BSON bytes. */
export type CursorReply = {
  /** 0n: the server has closed the cursor. */
  readonly cursorId: bigint;
  /** What getMore has to name as its collection. */
  readonly collection: string;
  readonly events: readonly Buffer[];
  /** Those of the events that can't be records, whatever the configuration: of each as much as could be read. */
  readonly unreadable?: ReadonlyMap<Buffer, DataError>;
  /** What another thread made of the events, where one did. */
  readonly encoded?: EncodedEvents;
  /** `postBatchResumeToken` as relaxed extended JSON, else that of the last event; nothing where the server sends none. */
  readonly token: string | undefined;
  /** The database's time when it answered. */
  readonly operationTime?: Timestamp;
  /** The servers share a clock, so that a read of another one can wait for that time. */
  readonly isCausal?: boolean;
};

/** Reads a reply to `aggregate` or `getMore` that was asked for with `raw`: its sub-documents are bytes. */
export function readReply(reply: Readonly<Record<string, unknown>>): CursorReply {
  const { cursor, operationTime, $clusterTime } = reply;
  if (!Buffer.isBuffer(cursor)) {
    throw new DataError('CHANGE_EVENT_INVALID', `Expected a reply with a cursor, got one with ${typeof cursor}`);
  }
  const id = findElement(cursor, 'id');
  const namespace = textOf(cursor, findElement(cursor, 'ns')) ?? '';
  const batch = findElement(cursor, 'nextBatch') ?? findElement(cursor, 'firstBatch');
  const events = batch ? documentsOf(cursor.subarray(batch.start, batch.end)).map(expectEvent) : [];
  return {
    cursorId: id?.type === BSON_TYPE.int64 ? cursor.readBigInt64LE(id.start) : 0n,
    collection: namespace.slice(namespace.indexOf('.') + 1),
    events,
    token: invalidateTokenOf(events) ?? tokenText(postBatchTokenOf(cursor)) ?? lastTokenOf(events),
    ...(operationTime instanceof Timestamp && { operationTime }),
    isCausal: $clusterTime !== undefined,
  };
}

/** The resume token of an event as relaxed extended JSON; nothing where the pipeline left it out. */
export const tokenOf = (event: Buffer): string | undefined => tokenText(documentOf(event, findElement(event, '_id')));

const postBatchTokenOf = (cursor: Buffer): Buffer | undefined =>
  documentOf(cursor, findElement(cursor, 'postBatchResumeToken'));

/** Behind an invalidate event only its own token leads on. */
function invalidateTokenOf(events: readonly Buffer[]): string | undefined {
  const last = events.at(-1);
  return last && isInvalidate(last) ? tokenOf(last) : undefined;
}

export const isInvalidate = (event: Buffer): boolean =>
  textOf(event, findElement(event, 'operationType')) === 'invalidate';

function lastTokenOf(events: readonly Buffer[]): string | undefined {
  const last = events.at(-1);
  return last && tokenOf(last);
}

const tokenText = (token: Buffer | undefined): string | undefined => token && jsonTextOf(token, JSON_FORMATS.relaxed);

function expectEvent(event: Buffer | undefined): Buffer {
  if (event) return event;
  throw new DataError('CHANGE_EVENT_INVALID', 'Expected a batch of documents, got another value in it');
}
