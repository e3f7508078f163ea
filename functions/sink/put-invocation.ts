import { type DeadLetter, type Failure, isSinkDeadLetter, parseDeadLetter } from '../aws/dead-letter.ts';
import type { SendDeadLetters } from '../aws/dead-letters.ts';
import { type ConnectorError, DataError, RetriableError } from '../connect/errors.ts';
import type { Log } from '../connect/log.ts';
import type { Outcome } from '../connect/outcomes.ts';
import { type ConsumedRecord, positionOf, topicPartitionOf } from '../connect/records.ts';
import { withContextHeaders } from './context-headers.ts';
import { type PutEvent, parseMskEvent } from './parse-msk-event.ts';
import { type Settlement, settle } from './settle.ts';
import { type WriteDeps, writeRecords } from './write-records.ts';

export type PutDeps = WriteDeps & { readonly sendDeadLetters: SendDeadLetters; readonly log: Log };

export type PutSettings = {
  readonly connector: string;
  readonly hasPartialResponse: boolean;
  readonly addsContextHeaders: boolean;
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
    toleranceOf: (topic: string) => deps.sink.toleranceOf(topic),
    hasPartialResponse: settings.hasPartialResponse,
    isReplay: put.replayedAttempts !== undefined,
  };
  const before = settle(put.records, outcomes, rules);
  const sent = await sendRejected(put, outcomes, before, settings, deps);
  const after = sent === outcomes ? before : settle(put.records, sent, rules);
  report(put.records, sent, after, deps);
  if (after.isWholeFailure) throw wholeFailure(sent, after);
  return { batchItemFailures: after.unsettled.map((place) => ({ itemIdentifier: identify(put.records[place]!) })) };
}

const identify = (record: ConsumedRecord) => ({ partition: topicPartitionOf(record), offset: record.offset });

async function withReplayedRecord(put: PutEvent, { fetchValue }: PutDeps): Promise<PutEvent> {
  if (!put.replayedLetter) return put;
  const letter = parseDeadLetter(Buffer.from(await fetchValue(put.replayedLetter)).toString('utf8'));
  if (isSinkDeadLetter(letter)) return { ...put, records: [letter.record] };
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
    record: settings.addsContextHeaders ? withContextHeaders(record, settings.connector, failure) : record,
    failedAt: deps.now(),
    attempts: (put.replayedAttempts ?? 0) + 1,
  };
}

function report(records: readonly ConsumedRecord[], outcomes: readonly Outcome[], after: Settlement, deps: PutDeps) {
  const count = (status: Outcome['status']) => outcomes.filter((outcome) => outcome.status === status).length;
  deps.metrics.add('sinkRecords', records.length);
  deps.metrics.add('sinkWritten', count('written'));
  deps.metrics.add('sinkSkipped', count('skipped'));
  deps.metrics.add('sinkRejected', count('rejected'));
  deps.metrics.add('sinkUnsettled', after.unsettled.length);
  const newest = Math.max(...records.map(({ timestamp }) => timestamp));
  if (newest > 0) deps.metrics.add('sinkEndToEndLatency', Math.max(deps.now() - newest, 0));
  for (const [place, outcome] of outcomes.entries()) {
    if (outcome.status !== 'rejected') continue;
    const isHeld = after.unsettled.includes(place) && deps.sink.toleranceOf(records[place]!.topic) === 'none';
    // `all` with errors.log.enable=false is silent, as with the peer: the letter itself says it all
    if (!isHeld) continue;
    deps.metrics.add('sinkHeld', 1);
    deps.log.error('A record holds its topic-partition', {
      position: positionOf(records[place]!),
      code: outcome.error.code,
    });
  }
  const first = firstError(outcomes);
  if (!first) return;
  const { code, details, message: reason } = first;
  deps.log.warn('Records have to come again', { count: after.unsettled.length, code, reason, ...details });
}

/** The failure itself before those that only stand behind it. */
function firstError(outcomes: readonly Outcome[]): ConnectorError | undefined {
  const errors = outcomes.flatMap((outcome) => (outcome.status === 'unsettled' ? [outcome.error] : []));
  return errors.find(({ code }) => code !== 'WRITE_SKIPPED') ?? errors[0];
}

function wholeFailure(outcomes: readonly Outcome[], { unsettled }: Settlement): ConnectorError {
  const rejected = outcomes.find((outcome) => outcome.status === 'rejected');
  const first = firstError(outcomes) ?? (rejected?.status === 'rejected' ? rejected.error : undefined);
  // what a server says about a refused write may quote the document, and this ends in a log
  const reason = first instanceof DataError ? first.code : first?.message;
  const message = `${unsettled.length} records have to come again: ${reason ?? 'unknown'}`;
  return new RetriableError(first?.code ?? 'MONGODB_TRANSIENT', message);
}
