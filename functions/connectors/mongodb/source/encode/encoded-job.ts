import { DataError, type ErrorCode } from '../../../../connect/errors.ts';
import type { ConvertedBytes, SourceRecord } from '../../../../connect/records.ts';
import type { Room } from './room.ts';

/** Change events on their way to another thread, one behind the other; the memory goes along and comes back. */
export type EncodeJob = {
  readonly events: ArrayBuffer;
  /** Where each event ends. */
  readonly ends: Int32Array<ArrayBuffer>;
  /** For what is made of them. */
  readonly room: ArrayBuffer;
};

/** What became of the events: a row of numbers for each. */
export type EncodedJob = EncodeJob & {
  readonly rows: Int32Array<ArrayBuffer>;
  readonly topics: readonly string[];
  readonly failures: readonly Failure[];
};

/** A DataError as it passes between threads. */
type Failure = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
};

/** What an event becomes: a record that is converted already, or why it is none. */
export type Encoded = SourceRecord | 'unpublished' | 'no-topic' | DataError;

/** A row: what it is, its topic, its failure, where the key begins and ends, and the value; null begins at `NULL`. */
const ROW = 7;
const NULL = -1;
const KINDS = ['record', 'unpublished', 'no-topic', 'failed', 'unconverted'] as const;

export type RowWriter = {
  add(encoded: Encoded): void;
  done(): Pick<EncodedJob, 'rows' | 'topics' | 'failures'>;
};

export function writeRows(count: number, room: Room): RowWriter {
  const rows = new Int32Array(count * ROW);
  const topics: string[] = [];
  const failures: Failure[] = [];
  let at = 0;

  function writeRow(encoded: Encoded): void {
    if (typeof encoded === 'string') rows[at] = KINDS.indexOf(encoded);
    else if (encoded instanceof DataError) writeFailure(encoded, 'failed');
    else {
      rows[at + 1] = indexIn(topics, encoded.topic);
      if (encoded.converted instanceof DataError) writeFailure(encoded.converted, 'unconverted');
      else if (encoded.converted) writeBytes(encoded.converted);
    }
  }

  function writeFailure({ code, details, message }: DataError, kind: (typeof KINDS)[number]): void {
    rows[at] = KINDS.indexOf(kind);
    rows[at + 2] = failures.push({ code, details, message }) - 1;
  }

  function writeBytes({ key, value }: ConvertedBytes): void {
    rows[at + 3] = key ? room.put(key) : NULL;
    rows[at + 4] = rows[at + 3]! + (key?.length ?? 0);
    rows[at + 5] = value ? room.put(value) : NULL;
    rows[at + 6] = rows[at + 5]! + (value?.length ?? 0);
  }

  return {
    add(encoded) {
      writeRow(encoded);
      at += ROW;
    },
    done: () => ({ rows, topics, failures }),
  };
}

/** What the event at this place became; key and value are views of the job's memory. */
export function readRow({ failures, room, rows, topics }: EncodedJob, place: number): Encoded {
  const at = place * ROW;
  const kind = KINDS[rows[at]!]!;
  if (kind === 'unpublished' || kind === 'no-topic') return kind;
  if (kind === 'failed') return toDataError(failures[rows[at + 2]!]!);
  const converted =
    kind === 'record'
      ? { key: bytesAt(room, rows, at + 3), value: bytesAt(room, rows, at + 5) }
      : toDataError(failures[rows[at + 2]!]!);
  return { topic: topics[rows[at + 1]!]!, keySchema: null, key: null, valueSchema: null, value: null, converted };
}

function bytesAt(room: ArrayBuffer, rows: Int32Array, at: number): Buffer | null {
  const start = rows[at]!;
  return start === NULL ? null : Buffer.from(room, start, rows[at + 1]! - start);
}

const toDataError = ({ code, details, message }: Failure): DataError => new DataError(code, message, { details });

function indexIn(topics: string[], topic: string): number {
  const known = topics.lastIndexOf(topic);
  return known < 0 ? topics.push(topic) - 1 : known;
}
