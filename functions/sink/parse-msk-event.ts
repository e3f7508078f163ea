import * as z from 'zod';
import { type ClaimCheck, claimCheckSchema } from '../aws/claim-check.ts';
import type { ParkedBy } from '../aws/dead-letter.ts';
import { ConnectorError } from '../connect/errors.ts';
import { lendMemory, type PutMemory } from '../connect/put-memory.ts';
import type { ConsumedRecord, Header } from '../connect/records.ts';
import { recordsOfPlainLists } from './plain-lists.ts';

const base64 = z.base64().nullish();
/** One-key objects; the bytes may come as signed numbers. */
const header = z.record(z.string(), z.array(z.int().min(-128).max(255)).nullable());
const record = z.object({
  topic: z.string().min(1),
  partition: z.int().min(0),
  offset: z.int().min(0),
  timestamp: z.int().optional(),
  timestampType: z.enum(['CREATE_TIME', 'LOG_APPEND_TIME', 'NO_TIMESTAMP_TYPE']).optional(),
  key: base64,
  value: base64,
  headers: z.array(header).nullish(),
});
const EVENT_SOURCES = ['aws:kafka', 'SelfManagedKafka'] as const;
const event = z.object({
  eventSource: z.enum(EVENT_SOURCES),
  records: z.record(z.string(), z.array(record)),
  tailraceReplay: z
    .object({
      attempts: z.int().min(1),
      parkedKey: z.union([z.string().min(1), z.literal(false)]).optional(),
      letter: claimCheckSchema.optional(),
    })
    .optional(),
});

/** Of a place in an event: below it are the names of headers, which are content. */
const DEEPEST = 5;

export type PutEvent = {
  readonly records: readonly ConsumedRecord[];
  /** How often the one record of a replay was rejected before; nothing in an ordinary put. */
  readonly replayedAttempts: number | undefined;
  /** Where the letter of a replay is that has no record in it, for it is too large for an event. */
  readonly replayedLetter: ClaimCheck | undefined;
  /** The key that waits with the letter of a replay. */
  readonly replayedKey: ParkedBy | undefined;
};

/**
 * The records of an invocation, per topic-partition in the order of their offsets; keys and values may lie in `memory`.
 *
 * @throws ConnectorError EVENT_INVALID with the first place that is wrong, never with its content.
 */
export function parseMskEvent(input: unknown, memory: PutMemory = lendMemory()): PutEvent {
  return parsePlainEvent(input, memory) ?? parseAnyEvent(input);
}

/** An ordinary put, checked and decoded record by record; nothing of any other event. */
function parsePlainEvent(input: unknown, memory: PutMemory): PutEvent | undefined {
  const { eventSource, records, tailraceReplay } = Object(input);
  if (!isEventSource(eventSource) || tailraceReplay !== undefined) return undefined;
  const plain = recordsOfPlainLists(records, memory);
  return plain && { records: plain, replayedAttempts: undefined, replayedLetter: undefined, replayedKey: undefined };
}

const isEventSource = (name: unknown): boolean => EVENT_SOURCES.some((each) => each === name);

/** The same for every event that may come; says what is wrong with one that may not. */
export function parseAnyEvent(input: unknown): PutEvent {
  const parsed = event.safeParse(input);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`${issue?.path.slice(0, DEEPEST).join('.') || 'event'}: ${issue?.message ?? 'unknown'}`);
  }
  const { records, tailraceReplay } = parsed.data;
  return {
    records: Object.entries(records).flatMap(([name, list]) => toRecords(name, list)),
    replayedAttempts: tailraceReplay?.attempts,
    replayedLetter: tailraceReplay?.letter,
    replayedKey: tailraceReplay?.parkedKey,
  };
}

function toRecords(name: string, list: readonly z.output<typeof record>[]): ConsumedRecord[] {
  const stranger = list.find(({ topic, partition }) => name !== `${topic}-${partition}`);
  if (stranger) {
    throw invalid(`records.${name}: a record of ${stranger.topic}-${stranger.partition} is in the list of ${name}`);
  }
  return list.map(toRecord).sort((a, b) => a.offset - b.offset);
}

function toRecord({ topic, partition, offset, ...rest }: z.output<typeof record>): ConsumedRecord {
  return {
    topic,
    partition,
    offset,
    timestamp: rest.timestamp ?? -1,
    timestampType: rest.timestampType ?? 'NO_TIMESTAMP_TYPE',
    key: toBytes(rest.key),
    value: toBytes(rest.value),
    headers: (rest.headers ?? [])
      .flatMap(Object.entries<number[] | null>)
      .map(([name, bytes]): Header => [name, bytes && Buffer.from(bytes)]),
  };
}

const toBytes = (text: string | null | undefined): Uint8Array | null =>
  text === null || text === undefined ? null : Buffer.from(text, 'base64');

const invalid = (what: string): ConnectorError =>
  new ConnectorError('EVENT_INVALID', `Expected an event of an MSK event source mapping, got a problem at ${what}`);
