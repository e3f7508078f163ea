import { BSON, type Document } from 'mongodb';
import { expect } from 'vitest';
import type { SourceBatch } from '../../../../../../functions/connect/connector.ts';
import type { Case, ExpectedCopy, ExpectedRecord, Watched } from './case-file.ts';
import { toComparable, toWantedRecord } from './comparable-record.ts';
import type { Copied, Opened } from './scripted-stream.ts';

/** What was published before a failure begins with the records that the peer published; it discards those of the last poll. */
export function expectRecordsBeforeFailure(batches: readonly SourceBatch[], wanted: readonly ExpectedRecord[]): void {
  const records = batches.flatMap((batch) => batch.records).slice(0, wanted.length);
  expect(records.map(toComparable)).toEqual(wanted.map(toWantedRecord));
}

/**
 * All records in order. The offset behind the last record of a batch is the peer's, or a later one of the same reply.
 */
export function expectRecords(vector: Case, batches: readonly SourceBatch[], wanted: readonly ExpectedRecord[]): void {
  const records = batches.flatMap((batch) => batch.records);
  expect(records.map(toComparable)).toEqual(wanted.map(toWantedRecord));
  const replies = repliesOf(vector);
  let count = 0;
  for (const batch of batches) {
    count += batch.records.length;
    const offset = batch.records.length > 0 ? wanted[count - 1]?.sourceOffset : undefined;
    if (offset) expectOffset(batch, offset, replies);
  }
}

/**
 * The records of a copy, in the order of the index of `_id`, which the order of a case need not be, and what the change
 * stream has behind them. An event that came while the token was taken has the members that the server sent, in their
 * order; the peer encodes it anew.
 */
export function expectCopiedRecords(
  vector: Case,
  batches: readonly SourceBatch[],
  wanted: readonly ExpectedRecord[],
): void {
  const isCopied = ({ value, key }: { value: unknown; key: unknown }) => /copyingData/.test(`${value}${key}`);
  const compared = (records: readonly ReturnType<typeof toComparable>[]) => ({
    copied: records.filter(isCopied).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    others: records
      .filter((record) => !isCopied(record))
      .map((record) => ({ ...record, value: unordered(record.value) })),
  });
  const records = batches.flatMap((batch) => batch.records);
  expect(compared(records.map(toComparable))).toEqual(compared(wanted.map(toWantedRecord)));
  const firstOther = records.map(toComparable).findIndex((record) => !isCopied(record));
  expect(
    firstOther < 0 ||
      records
        .slice(firstOther)
        .map(toComparable)
        .every((record) => !isCopied(record)),
  ).toBe(true);
  // the position stands still while records are copied
  const offset = wanted.at(-1)?.sourceOffset;
  const behind = batches.findLast((batch) => batch.records.length > 0 && !batch.phase) ?? batches.at(-1);
  if (offset && behind && offset.copy === undefined) expectOffset(behind, offset, repliesOf(vector));
}

function unordered(value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith('{')) return value;
  return JSON.parse(value);
}

/**
 * The stored token is the wanted one, or the last of the reply that has it: the stream's own behind it, or that of an
 * event behind it which made no record.
 */
function expectOffset(batch: SourceBatch, wanted: SourceBatch['offset'], replies: readonly Reply[]): void {
  const { _id: stored, ...others } = batch.offset;
  const { _id: token = '', ...wantedOthers } = wanted;
  expect(others).toEqual(wantedOthers);
  const reply = replies.find(({ events }) => events.includes(token));
  const isLast = reply?.events.length === batch.records.length ? reply.events.at(-1) === token : reply !== undefined;
  const isAsGood = isLast && (stored === reply?.behind || stored === reply?.events.at(-1));
  if (!isAsGood) expect(stored).toBe(token);
}

/** The tokens of a scripted reply, as they are stored. */
type Reply = { readonly events: readonly string[]; readonly behind: string | undefined };

function repliesOf({ bson, batches = [], cursors = [] }: Case): readonly Reply[] {
  const scripted = [{ bson }, ...batches, ...cursors, ...cursors.flatMap((cursor) => cursor.batches ?? [])];
  return scripted.map((reply) => ({
    events: (reply.bson ?? []).map((text) => Buffer.from(text, 'base64')).flatMap(tokenOfEvent),
    behind: 'token' in reply && reply.token !== undefined ? tokenText(reply.token) : undefined,
  }));
}

function tokenOfEvent(event: Uint8Array): readonly string[] {
  const { _id } = BSON.deserialize(event, { promoteValues: false, validation: { utf8: false } });
  return typeof _id === 'object' && _id !== null ? [tokenText(_id)] : [];
}

const tokenText = (token: unknown): string =>
  BSON.EJSON.stringify(token as Document, { relaxed: false })
    .replaceAll('":', '": ')
    .replaceAll(',"', ', "');

/** Every copying aggregation, without the stages that make a range of it. */
export function expectCopies(copies: readonly Copied[], wanted: readonly ExpectedCopy[]): void {
  const ours = copies.map(({ database, command: { aggregate: collection, allowDiskUse, pipeline } }) => ({
    database,
    collection,
    pipeline: JSON.stringify(canonical((pipeline as Document[]).filter((stage) => !isRangeStage(stage)))),
    allowDiskUse,
  }));
  // a collection whose ids are of several types is read in as many ranges
  const distinct = new Map(ours.map((copy) => [JSON.stringify(copy), copy]));
  expect([...distinct.values()]).toEqual(
    wanted.map((copy) => ({ ...copy, pipeline: JSON.stringify(plain(copy.pipeline)) })),
  );
}

const isRangeStage = ({ $match, $sort }: Document): boolean =>
  ($match !== undefined && Object.keys($match).join() === '_id') || $sort?._id === 1;

/** Target, pipeline and options of every stream opened; what the driver does not send counts as absent. */
export function expectWatches(
  { collections, props }: Case,
  opened: readonly Opened[],
  wanted: readonly Watched[],
): void {
  const ours = opened.slice(0, wanted.length);
  // only a getMore has the batch size, and a stream that was opened for its token is closed before
  const size = Number(props['batch.size'] ?? 0);
  const read = ours.map((each) => (each.isRead === false && size > 0 ? { ...each, batchSize: size } : each));
  expect(read.map(toWatched)).toEqual(wanted.map(toSent));
  const others = opened.slice(wanted.length).map(({ command }) => command.pipeline[0].$changeStream);
  // the script of a copy may end before the stream behind it; beyond the script the peer opens no other stream
  expect(collections ? others.filter(({ startAfter }) => !startAfter) : others).toEqual([]);
}

function toWatched({ database, command, batchSize }: Opened) {
  const [first, ...pipeline] = command.pipeline as Document[];
  const { allChangesForCluster, ...options } = first!.$changeStream as Document;
  return {
    target: {
      ...(!allChangesForCluster && { database }),
      ...(command.aggregate !== 1 && { collection: command.aggregate }),
    },
    pipeline: JSON.stringify(canonical(pipeline)),
    options: canonical({
      ...options,
      ...(batchSize !== undefined && { batchSize }),
      ...(command.collation !== undefined && { collation: command.collation }),
    }),
  };
}

function toSent({ target, pipeline, options }: Watched) {
  const { maxAwaitTimeMS: _, showExpandedEvents, fullDocument, fullDocumentBeforeChange, ...rest } = options;
  const isSent = (mode: unknown) => mode !== undefined && mode !== 'default';
  return {
    target,
    pipeline: JSON.stringify(plain(pipeline ?? [])),
    options: plain({
      ...rest,
      ...(showExpandedEvents === true && { showExpandedEvents }),
      ...(isSent(fullDocument) && { fullDocument }),
      ...(isSent(fullDocumentBeforeChange) && { fullDocumentBeforeChange }),
    }),
  };
}

const canonical = (value: unknown): unknown => plain(JSON.parse(BSON.EJSON.stringify(value, { relaxed: false })));

/** Expected values are canonical but for int32 and the start time; so both sides get those two in plain form. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('$numberInt' in value) return Number(value.$numberInt);
  if ('$timestamp' in value) return plain(value.$timestamp);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}
