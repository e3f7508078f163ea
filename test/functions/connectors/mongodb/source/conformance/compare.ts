import { BSON, type Document } from 'mongodb';
import { expect } from 'vitest';
import type { SourceBatch } from '../../../../../../functions/connect/connector.ts';
import { DataError, type Problem } from '../../../../../../functions/connect/errors.ts';
import type { Expected, ExpectedCopy, ExpectedRecord, Watched } from './case-file.ts';
import { toComparable, toWantedRecord } from './comparable-record.ts';
import type { Copied, Opened } from './scripted-stream.ts';

/** Words of the peer's JSON, Avro and regex parsers, of its driver and the JVM: only the property has to be the same. */
const FOREIGN_WORDS =
  /org\.bson|java\.|Not a valid JSON|Invalid regex|near index|JsonParseException|Value must be non-null|JSON reader/;

export function expectProblems(problems: readonly Problem[], wanted: Expected['configErrors'] = []): void {
  const properties = (list: readonly { property: string }[]) =>
    [...new Set(list.map(({ property }) => property))].sort();
  expect(properties(problems)).toEqual(properties(wanted));
  for (const { property, message } of wanted) {
    if (FOREIGN_WORDS.test(message)) continue;
    expect(problems.filter((problem) => problem.property === property).map((problem) => problem.message)).toContain(
      message,
    );
  }
}

/** The peer's own words for a value that does not fit; without the documents, which no message here quotes. */
export function expectRefusal(error: unknown, { polls = [] }: Expected): void {
  const words = polls.flatMap((poll) => (poll !== null && 'throws' in poll ? (poll.throws.at(-1)?.message ?? []) : []));
  if (!(error instanceof DataError) || error.code !== 'RECORD_INVALID') return;
  expect([error.message]).toEqual(words.map((message) => message.replace(/ in: '.*'$/s, '')));
}

/** All records in order; the offset is that of the last one, or one behind it. */
export function expectRecords(batches: readonly SourceBatch[], wanted: readonly ExpectedRecord[]): void {
  const records = batches.flatMap((batch) => batch.records);
  expect(records.map(toComparable)).toEqual(wanted.map(toWantedRecord));
  expectOffset(batches.findLast((batch) => batch.records.length > 0)?.offset, wanted.at(-1)?.sourceOffset);
}

/**
 * The records of a copy, in the order of the index of `_id`, which the order of a case need not be, and what the change
 * stream has behind them. An event that came while the token was taken has the members that the server sent, in their
 * order; the peer encodes it anew.
 */
export function expectCopiedRecords(batches: readonly SourceBatch[], wanted: readonly ExpectedRecord[]): void {
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
  if (offset?.copy === undefined) expectOffset(behind?.offset, offset);
}

function unordered(value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith('{')) return value;
  return JSON.parse(value);
}

function expectOffset(stored: SourceBatch['offset'] | undefined, offset: ExpectedRecord['sourceOffset']): void {
  if (!offset || !stored) return;
  expect(stored.HEARTBEAT).toBe(offset.HEARTBEAT);
  expect((stored._id ?? '') >= (offset._id ?? '')).toBe(true);
}

/** Every copying aggregation, without the stages that make a range of it. */
export function expectCopies(copies: readonly Copied[], wanted: readonly ExpectedCopy[]): void {
  const ours = copies.map(({ database, command: { aggregate: collection, allowDiskUse, pipeline } }) => ({
    database,
    collection,
    pipeline: canonical((pipeline as Document[]).filter((stage) => !isRangeStage(stage))),
    allowDiskUse,
  }));
  // a collection whose ids are of several types is read in as many ranges
  const distinct = new Map(ours.map((copy) => [JSON.stringify(copy), copy]));
  expect([...distinct.values()]).toEqual(wanted.map((copy) => ({ ...copy, pipeline: plain(copy.pipeline) })));
}

const isRangeStage = ({ $match, $sort }: Document): boolean =>
  ($match !== undefined && Object.keys($match).join() === '_id') || $sort?._id === 1;

/** Target, pipeline and options of every stream opened; what the driver does not send counts as absent. */
export function expectWatches(opened: readonly Opened[], wanted: readonly Watched[], isCopying: boolean): void {
  const ours = opened.slice(0, wanted.length);
  const sent = wanted
    .map(toSent)
    .map((watch, index) => (ours[index]?.isRead === false ? withoutBatchSize(watch) : watch));
  expect(ours.map(toWatched)).toEqual(sent);
  const others = opened.slice(wanted.length).map(({ command }) => command.pipeline[0].$changeStream);
  // the script of a copy may end before the stream behind it; beyond the script the peer opens no other stream
  expect(isCopying ? others.filter(({ startAfter }) => !startAfter) : others).toEqual([]);
}

/** Only a getMore has it, and a stream that was opened for its token is closed before. */
const withoutBatchSize = ({ options, ...watch }: ReturnType<typeof toSent>) => ({
  ...watch,
  options: omit(options as Document, 'batchSize'),
});

const omit = ({ ...members }: Document, name: string): Document => {
  delete members[name];
  return members;
};

function toWatched({ database, command, batchSize }: Opened) {
  const [first, ...pipeline] = command.pipeline as Document[];
  const { allChangesForCluster, ...options } = first!.$changeStream as Document;
  return {
    target: {
      ...(!allChangesForCluster && { database }),
      ...(command.aggregate !== 1 && { collection: command.aggregate }),
    },
    pipeline: canonical(pipeline),
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
    pipeline: plain(pipeline ?? []),
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
