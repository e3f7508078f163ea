import { BSON, type Document } from 'mongodb';
import { expect } from 'vitest';
import type { SourceBatch } from '../../../../../../functions/connect/connector.ts';
import { DataError, type Problem } from '../../../../../../functions/connect/errors.ts';
import type { Expected, ExpectedRecord, Watched } from './case-file.ts';
import { toComparable, toWantedRecord } from './comparable-record.ts';
import type { Opened } from './scripted-stream.ts';

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
  const offset = wanted.at(-1)?.sourceOffset;
  const stored = batches.findLast((batch) => batch.records.length > 0)?.offset;
  if (!offset || !stored) return;
  expect(stored.HEARTBEAT).toBe(offset.HEARTBEAT);
  expect((stored._id ?? '') >= (offset._id ?? '')).toBe(true);
}

/** Target, pipeline and options of every stream opened; what the driver does not send counts as absent. */
export function expectWatches(opened: readonly Opened[], wanted: readonly Watched[]): void {
  expect(opened.slice(0, wanted.length).map(toWatched)).toEqual(wanted.map(toSent));
  // beyond the script the peer opens no other stream
  expect(opened.length).toBe(wanted.length);
}

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
