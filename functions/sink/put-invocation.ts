import { type DeadLetter, type Failure, isSinkDeadLetter, parseDeadLetter } from '../aws/dead-letter.ts';
import type { SendDeadLetters } from '../aws/dead-letters.ts';
import { type ConnectorError, DataError, RetriableError } from '../connect/errors.ts';
import type { Log } from '../connect/log.ts';
import type { Outcome, Stage } from '../connect/outcomes.ts';
import { type ConsumedRecord, topicPartitionOf } from '../connect/records.ts';
import { type ContextOf, withContextHeaders, withoutContextHeaders } from './context-headers.ts';
import { type PutEvent, parseMskEvent } from './parse-msk-event.ts';
import { firstError, reportPut } from './report-put.ts';
import { type Settlement, settle } from './settle.ts';
import { type WriteDeps, writeRecords } from './write-records.ts';

export type PutDeps = WriteDeps & { readonly sendDeadLetters: SendDeadLetters; readonly log: Log };

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
  const put = await withReplayedRecord(parseMskEvent(event), deps);
  const outcomes = await writeRecords(put.records, deadline, deps);
  const rules = {
    toleranceOf: (topic: string, stage: Stage) => deps.sink.toleranceOf(topic, stage),
    hasPartialResponse: settings.hasPartialResponse,
    isReplay: put.replayedAttempts !== undefined,
  };
  const before = settle(put.records, outcomes, rules);
  const sent = await sendRejected(put, outcomes, before, settings, deps);
  const after = sent === outcomes ? before : settle(put.records, sent, rules);
  reportPut(put.records, sent, after, settings.logsTimes, deps);
  if (after.isWholeFailure) throw wholeFailure(sent, after);
  return { batchItemFailures: after.unsettled.map((place) => ({ itemIdentifier: identify(put.records[place]!) })) };
}

const identify = (record: ConsumedRecord) => ({ partition: topicPartitionOf(record), offset: record.offset });

/** The record of a replay as it was on its topic: from its letter, and without what the letter added. */
async function withReplayedRecord(put: PutEvent, { fetchValue }: PutDeps): Promise<PutEvent> {
  if (put.replayedAttempts === undefined) return put;
  if (!put.replayedLetter) return { ...put, records: put.records.map(withoutContextHeaders) };
  const letter = parseDeadLetter(Buffer.from(await fetchValue(put.replayedLetter)).toString('utf8'));
  if (isSinkDeadLetter(letter)) return { ...put, records: [withoutContextHeaders(letter.record)] };
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
  deps.metrics.add('sinkDeadLetters', errors.filter((error) => error === undefined).length);
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
    attempts: (put.replayedAttempts ?? 0) + 1,
  };
}

function wholeFailure(outcomes: readonly Outcome[], { unsettled }: Settlement): ConnectorError {
  const rejected = outcomes.find((outcome) => outcome.status === 'rejected');
  const first = firstError(outcomes) ?? (rejected?.status === 'rejected' ? rejected.error : undefined);
  // what a server says about a refused write may quote the document, and this ends in a log
  const reason = first instanceof DataError ? first.code : first?.message;
  const message = `${unsettled.length} records have to come again: ${reason ?? 'unknown'}`;
  return new RetriableError(first?.code ?? 'MONGODB_TRANSIENT', message);
}
