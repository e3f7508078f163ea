import { expect } from 'vitest';
import type { Outcome } from '../../../../../../functions/connect/outcomes.ts';
import { positionOf, type SinkRecord } from '../../../../../../functions/connect/records.ts';
import type { Case, Created, DeadLetter, Expected, ExpectedBatch } from './case-file.ts';
import { expectBatches } from './compare.ts';
import { expectSame, matches } from './matches.ts';
import type { PutResult } from './run-put.ts';
import type { Written } from './scripted-server.ts';

/** What a put did is what a case wants: whether it fails, its dead letters, what was sent, what the server carried out. */
export function expectPut(vector: Case, wanted: Expected, records: readonly SinkRecord[], result: PutResult): void {
  const { outcomes, server, batches, error, holds } = result;
  const isHeld = (outcome: Outcome, index: number) =>
    outcome.status === 'unsettled' || (outcome.status === 'rejected' && holds(records[index]!.topic));
  expect(error !== undefined || outcomes.some(isHeld), 'the put fails').toBe(wanted.throws !== undefined);
  if (wanted.throws?.retriable) expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
  // what is written before a failure is written again, so how much that is does not count
  if (wanted.throws) return;
  expectDeadLetters(lettersOf(records, outcomes), wanted.deadLetters ?? []);
  if (wanted.written) expectWritten(server.written, wanted.written);
  if (wanted.batches) {
    expectBatches(batches, wanted.batches, vector);
    expectPauses(server.pauses, wanted.batches, vector);
  }
  if (wanted.created) expectCreated(server.created, wanted.created);
}

const lettersOf = (records: readonly SinkRecord[], outcomes: readonly Outcome[]): DeadLetter[] =>
  outcomes.flatMap((outcome, index) => {
    if (outcome.status !== 'rejected') return [];
    const { topic, partition, offset } = records[index]!;
    return [{ topic, partition, offset, class: outcome.class, message: outcome.error.message }];
  });

/** The same records; classes and messages where they are those of the peer's dead letters. */
function expectDeadLetters(ours: readonly DeadLetter[], theirs: readonly DeadLetter[]): void {
  const sorted = (letters: readonly DeadLetter[]) => letters.map(positionOf).sort();
  expect(sorted(ours)).toEqual(sorted(theirs));
  for (const letter of theirs) {
    if (typeof letter.class !== 'string' || !letter.class.startsWith('com.mongodb.kafka.connect.sink.dlq.')) continue;
    const own = ours.find((candidate) => positionOf(candidate) === positionOf(letter));
    expect([own?.class, own?.message]).toEqual([letter.class, letter.message]);
  }
}

/** What is tried again pauses too, so that only the pauses of a put without failures are those of the rate limit alone. */
function expectPauses(ours: number, batches: readonly ExpectedBatch[], { server }: Case): void {
  const theirs = batches.filter(({ pausedAfter }) => pausedAfter).length;
  if (server) expect(ours).toBeGreaterThanOrEqual(theirs);
  else expect(ours).toBe(theirs);
}

function expectCreated(ours: readonly Created[], theirs: readonly Created[]): void {
  const sorted = (list: readonly Created[]) => [...list].sort((a, b) => a.namespace.localeCompare(b.namespace));
  expect(sorted(ours)).toEqual(sorted(theirs));
}

function expectWritten(ours: readonly Written[], theirs: NonNullable<Expected['written']>): void {
  expectSame(matches(ours, theirs, new Map(), true), ours, theirs);
}
