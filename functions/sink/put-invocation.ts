import { type DeadLetter, type Failure, isSinkDeadLetter, type ParkedBy, parseDeadLetter } from '../aws/dead-letter.ts';
import type { SendDeadLetters } from '../aws/dead-letters.ts';
import type { ParkedKeys } from '../aws/parked-keys.ts';
import { type ConnectorError, DataError, RetriableError } from '../connect/errors.ts';
import type { Log } from '../connect/log.ts';
import type { Outcome, Stage } from '../connect/outcomes.ts';
import { isWaiting } from '../connect/parking.ts';
import { lendMemory } from '../connect/put-memory.ts';
import { type ConsumedRecord, topicPartitionOf } from '../connect/records.ts';
import { type ContextOf, withContextHeaders, withoutContextHeaders } from './context-headers.ts';
import { parkRejected } from './park-rejected.ts';
import { type PutEvent, parseMskEvent } from './parse-msk-event.ts';
import { openPutParking, type PutParking, parkedBy } from './put-parking.ts';
import { replayParked } from './replay-parked.ts';
import { firstError, reportPut } from './report-put.ts';
import { type Settlement, settle } from './settle.ts';
import { type WriteDeps, writeRecords } from './write-records.ts';

export type PutDeps = WriteDeps & {
  readonly sendDeadLetters: SendDeadLetters;
  /** Absent: no key is parked. */
  readonly parkedKeys?: ParkedKeys | undefined;
  readonly log: Log;
};

export type PutSettings = {
  readonly connector: string;
  readonly hasPartialResponse: boolean;
  /** What the ten headers of Kafka Connect need; nothing: they are not added. */
  readonly contextHeaders: ContextOf | undefined;
  /** `errors.log.include.messages`. */
  readonly logsTimes: boolean;
};

/** What Lambda's event source mapping reads: the records that have to come again. */
export type BatchResponse = {
  readonly batchItemFailures: readonly {
    readonly itemIdentifier: { readonly partition: string; readonly offset: number };
  }[];
  /** Of a replay: its record was not written, because another one of its key has to be before it. */
  readonly waitsFor?: string;
};

/**
 * One put: decode, write, settle.
 *
 * A record is settled once it was written, needs no write, or is in the dead letter queue; the response lists all
 * others, so a crash at any point repeats records and never loses one. `deadline` (milliseconds since 1970) ends
 * retries of the database.
 *
 * @throws where the whole invocation has to come again.
 */
export async function putInvocation(
  event: unknown,
  deadline: number,
  settings: PutSettings,
  deps: PutDeps,
): Promise<BatchResponse> {
  const memory = lendMemory();
  const put = await withReplayedRecord(parseMskEvent(event, memory), deps);
  const { parkedKeys } = deps;
  const { replayedKey: key } = put;
  const [record] = put.records;
  if (parkedKeys && record && typeof key === 'string') {
    const write = () => settlePut(put, deadline, settings, deps);
    const letter = { key, record, attempts: attemptsOf(put) };
    return replayParked(letter, deadline, { ...deps, parkedKeys, write });
  }
  const parking = put.replayedAttempts === undefined ? parkingOf(put, deadline, deps) : undefined;
  const { outcomes, response } = await settlePut(put, deadline, settings, { ...deps, parking });
  // a dead letter that could not be sent may still be on its way, with the bytes of its record
  if (outcomes.every(isWritten)) memory.giveBack();
  return response;
}

function parkingOf(
  { records }: PutEvent,
  deadline: number,
  { now, parkedKeys, sink }: PutDeps,
): PutParking | undefined {
  const signal = AbortSignal.timeout(Math.max(0, deadline - now()));
  return parkedKeys && openPutParking(records, sink, parkedKeys, signal);
}

/** What became of the records of a put, and what it answers. */
export type SettledPut = { readonly outcomes: readonly Outcome[]; readonly response: BatchResponse };

async function settlePut(put: PutEvent, deadline: number, settings: PutSettings, deps: PutDeps): Promise<SettledPut> {
  const rules = {
    toleranceOf: (topic: string, stage: Stage) => deps.sink.toleranceOf(topic, stage),
    hasPartialResponse: settings.hasPartialResponse,
    isReplay: put.replayedAttempts !== undefined,
  };
  const written = await writeRecords(put.records, deadline, deps);
  const planned = settle(put.records, written, rules);
  const outcomes = await parked(put, written, planned, deps);
  const before = outcomes === written ? planned : settle(put.records, outcomes, rules);
  const sent = await sendRejected(put, outcomes, before, settings, deps);
  const after = sent === outcomes ? before : settle(put.records, sent, rules);
  reportPut(put.records, sent, after, settings.logsTimes, deps);
  if (after.isWholeFailure) throw wholeFailure(sent, after);
  const batchItemFailures = after.unsettled.map((place) => ({ itemIdentifier: identify(put.records[place]!) }));
  return { outcomes: sent, response: { batchItemFailures } };
}

/** Parks the keys of the records that are going to be dead letters; one whose key can't be parked is unsettled. */
async function parked(
  put: PutEvent,
  outcomes: Outcome[],
  { deadLetters }: Settlement,
  { parkedKeys, parking }: PutDeps,
): Promise<Outcome[]> {
  if (!parkedKeys || !parking) return outcomes;
  return parkRejected(put.records, outcomes, deadLetters, { parkedKeys, parking });
}

const isWritten = ({ status }: Outcome): boolean => status === 'written' || status === 'skipped';

/** How often its record was tried, with this put. */
const attemptsOf = ({ replayedAttempts = 0 }: PutEvent): number => replayedAttempts + 1;

const identify = (record: ConsumedRecord) => ({ partition: topicPartitionOf(record), offset: record.offset });

/** The record of a replay as it was on its topic: from its letter, and without what the letter added. */
async function withReplayedRecord(put: PutEvent, { fetchValue }: PutDeps): Promise<PutEvent> {
  if (put.replayedAttempts === undefined) return put;
  if (!put.replayedLetter) return { ...put, records: put.records.map(withoutContextHeaders) };
  const letter = parseDeadLetter(Buffer.from(await fetchValue(put.replayedLetter)).toString('utf8'));
  if (isSinkDeadLetter(letter)) {
    return { ...put, records: [withoutContextHeaders(letter.record)], replayedKey: letter.parkedKey };
  }
  throw new DataError('DEAD_LETTER_INVALID', `Expected a dead letter of a sink, got one of ${letter.connector}`);
}

/** Sends the dead letters; a record whose letter was not taken is unsettled after all. */
async function sendRejected(
  put: PutEvent,
  outcomes: Outcome[],
  { deadLetters }: Settlement,
  settings: PutSettings,
  deps: PutDeps,
): Promise<Outcome[]> {
  if (deadLetters.length === 0) return outcomes;
  const letters = deadLetters.map((place) => toLetter(put, place, outcomes[place]!, settings, deps));
  const errors = await deps.sendDeadLetters(letters);
  const taken = deadLetters.filter((_, index) => errors[index] === undefined);
  deps.metrics.add('sinkDeadLetters', taken.length);
  deps.metrics.add('sinkParked', taken.filter((place) => isWaiting(outcomes[place]!)).length);
  const sent = [...outcomes];
  for (const [index, error] of errors.entries()) {
    if (error) sent[deadLetters[index]!] = { status: 'unsettled', error };
  }
  return sent;
}

function toLetter(put: PutEvent, place: number, outcome: Outcome, settings: PutSettings, deps: PutDeps): DeadLetter {
  if (outcome.status !== 'rejected') throw new TypeError('Only a rejected record becomes a dead letter');
  const { error, stage, class: className } = outcome;
  const failure: Failure = { code: error.code, message: error.message, stage, class: className };
  const record = put.records[place]!;
  return {
    connector: settings.connector,
    error: failure,
    record: settings.contextHeaders ? withContextHeaders(record, failure, settings.contextHeaders) : record,
    failedAt: deps.now(),
    attempts: attemptsOf(put),
    parkedKey: put.replayedAttempts === undefined ? parkedKeyOf(outcome, place, deps) : put.replayedKey,
  };
}

function parkedKeyOf(outcome: Outcome, place: number, { parking }: PutDeps): ParkedBy | undefined {
  return parking?.isOnFor(place) ? parkedBy(outcome, place, parking) : false;
}

function wholeFailure(outcomes: readonly Outcome[], { unsettled }: Settlement): ConnectorError {
  const rejected = outcomes.find((outcome) => outcome.status === 'rejected');
  const first = firstError(outcomes) ?? (rejected?.status === 'rejected' ? rejected.error : undefined);
  // what a server says about a refused write may quote the document, and this ends in a log
  const reason = first instanceof DataError ? first.code : first?.message;
  const message = `${unsettled.length} records have to come again: ${reason ?? 'unknown'}`;
  return new RetriableError(first?.code ?? 'MONGODB_TRANSIENT', message);
}
