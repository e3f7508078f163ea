import { isUtf8 } from 'node:buffer';
import * as z from 'zod';
import type { Origin } from '../connect/connector.ts';
import { DataError } from '../connect/errors.ts';
import type { Stage } from '../connect/outcomes.ts';
import type { ConsumedRecord, Header } from '../connect/records.ts';

/** Why a record became a dead letter. */
export type Failure = {
  readonly code: string;
  readonly message: string;
  readonly stage: Stage;
  /** What failed on it, as the peer's users filter by it. */
  readonly class: string;
};

type Common = {
  readonly connector: string;
  readonly error: Failure;
  /** Milliseconds since 1970. */
  readonly failedAt: number;
  /** How often the record was tried and rejected. */
  readonly attempts: number;
};

/** A record that a sink rejected. */
export type SinkDeadLetter = Common & { readonly record: ConsumedRecord; readonly parkedKey?: ParkedBy | undefined };

/**
 * The key that waits with the letter. false: keys are not parked, so newer state may have been written since. Nothing:
 * which document it is about can't be told.
 */
export type ParkedBy = string | false;

/** A change event that a source could not publish; it can't be sent again. */
export type SourceDeadLetter = Common & {
  readonly record: Origin;
};

export type DeadLetter = SinkDeadLetter | SourceDeadLetter;

export const isSinkDeadLetter = (letter: DeadLetter): letter is SinkDeadLetter => 'topic' in letter.record;

/** A person reads the whole message; a server may put whole documents into its own. */
const MAX_ERROR_CHARACTERS = 10_000;

/** The text of a message in the queue: facts for a person first, then the record as it was, byte for byte. */
export const toDeadLetterBody = (letter: DeadLetter): string => toSqsText(toDocument(letter));

export function toDocument({ connector, error, record, failedAt, attempts, ...more }: DeadLetter) {
  return {
    connector,
    error: { ...error, message: error.message.slice(0, MAX_ERROR_CHARACTERS) },
    ...('parkedKey' in more && more.parkedKey !== undefined && { parkedKey: more.parkedKey }),
    record: 'topic' in record ? toSinkRecord(record) : toSourceRecord(record),
    failedAt: new Date(failedAt).toISOString(),
    attempts,
  };
}

/** For filtering in the console and in subscriptions; SQS takes ten at most, no empty text and not every character. */
export function deadLetterAttributes(letter: DeadLetter): Readonly<Record<string, string>> {
  const { connector, error, record, attempts } = letter;
  const where: Record<string, string> =
    'topic' in record
      ? { topic: record.topic, partition: String(record.partition), offset: String(record.offset) }
      : { namespace: record.namespace };
  const attributes = { connector, errorCode: error.code, stage: error.stage, ...where, attempts: String(attempts) };
  const sendable = Object.entries(attributes).filter(([, value]) => value !== '');
  return Object.fromEntries(sendable.map(([name, value]) => [name, value.replace(UNSENDABLE, '\uFFFD')]));
}

/** A name of a collection may have them. */
const UNSENDABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

const toSinkRecord = (record: ConsumedRecord) => ({
  topic: record.topic,
  partition: record.partition,
  offset: record.offset,
  timestamp: toTime(record.timestamp),
  timestampType: record.timestampType,
  ...toText('key', record.key),
  ...toText('value', record.value),
  headers: record.headers.map(([name, value]) => [name, value === null ? null : Buffer.from(value).toString('base64')]),
});

const toSourceRecord = ({ namespace, token, key, value }: Origin) => ({
  namespace,
  token,
  ...toText('key', key),
  ...toText('value', value),
});

/** Times beyond what a date can say stay numbers. */
const toTime = (ms: number): string | number => (Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : ms);

function toText(name: 'key' | 'value', bytes: Uint8Array | null): Record<string, string | null> {
  const encoding = bytes === null ? 'null' : isUtf8(bytes) ? 'utf8' : 'base64';
  const text =
    bytes === null || encoding === 'null' ? null : Buffer.from(bytes).toString(encoding as 'utf8' | 'base64');
  return { [name]: text, [`${name}Encoding`]: encoding };
}

/**
 * SQS refuses U+FFFE and U+FFFF, the one on one machine also what is above, such as emoji; nobody sees U+007F to U+009F.
 * JSON itself escapes the other control characters and lone surrogates.
 */
export const toSqsText = (document: unknown): string =>
  JSON.stringify(document).replace(
    /[\u007F-\u009F\uD800-\uDFFF\uFFFE\uFFFF]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const encoded = z.enum(['utf8', 'base64', 'null']);
const text = z.string().nullable();
/** What every message tells of its letter. */
export const letterFacts = {
  connector: z.string().min(1),
  error: z.object({ code: z.string(), message: z.string(), stage: z.string(), class: z.string() }),
  failedAt: z.iso.datetime(),
  attempts: z.int().min(1),
  parkedKey: z.union([z.string().min(1), z.literal(false)]).optional(),
};
const sinkRecord = z.object({
  topic: z.string().min(1),
  partition: z.int().min(0),
  offset: z.int().min(0),
  timestamp: z.union([z.iso.datetime(), z.number(), z.string()]),
  timestampType: z.enum(['CREATE_TIME', 'LOG_APPEND_TIME', 'NO_TIMESTAMP_TYPE']),
  key: text,
  keyEncoding: encoded,
  value: text,
  valueEncoding: encoded,
  headers: z.array(z.tuple([z.string(), z.base64().nullable()])),
});
/** A key that may be left out. */
export const keyText = { key: text.default(null), keyEncoding: encoded.default('null') };
const sourceRecord = z.object({
  namespace: z.string(),
  token: z.string(),
  ...keyText,
  value: text.default(null),
  valueEncoding: encoded.default('null'),
});
const letterSchema = z.object({ ...letterFacts, record: z.union([sinkRecord, sourceRecord]) });

/**
 * The dead letter of a message, its record exactly as it was.
 *
 * @throws DataError where the text is not a dead letter of ours.
 */
export function parseDeadLetter(body: string): DeadLetter {
  const parsed = letterSchema.safeParse(parseJson(body));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`${issue?.path.join('.') || 'the message'}: ${issue?.message ?? 'unknown'}`);
  }
  const { connector, attempts, error, failedAt, parkedKey, record } = parsed.data;
  const known = {
    connector,
    attempts,
    error: { ...error, stage: error.stage as Stage },
    failedAt: Date.parse(failedAt),
  };
  if ('topic' in record) {
    return { ...known, record: fromSinkRecord(record), ...(parkedKey !== undefined && { parkedKey }) };
  }
  const { namespace, token } = record;
  const key = fromText(record.key, record.keyEncoding);
  return { ...known, record: { namespace, token, key, value: fromText(record.value, record.valueEncoding) } };
}

function fromSinkRecord(record: z.output<typeof sinkRecord>): ConsumedRecord {
  const { topic, partition, offset, timestamp, timestampType } = record;
  return {
    topic,
    partition,
    offset,
    timestamp: typeof timestamp === 'number' ? timestamp : Date.parse(timestamp),
    timestampType,
    key: fromText(record.key, record.keyEncoding),
    value: fromText(record.value, record.valueEncoding),
    headers: record.headers.map(
      ([name, value]): Header => [name, value === null ? null : Buffer.from(value, 'base64')],
    ),
  };
}

export const fromText = (value: string | null, encoding: 'utf8' | 'base64' | 'null'): Uint8Array | null =>
  value === null || encoding === 'null' ? null : Buffer.from(value, encoding);

/** @throws DataError */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // the parser would quote the message
    throw invalid('not a JSON document');
  }
}

const invalid = (what: string): DataError =>
  new DataError('DEAD_LETTER_INVALID', `Expected a dead letter of a connector, got ${what}`);
