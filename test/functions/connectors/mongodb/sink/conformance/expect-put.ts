import { expect } from 'vitest';
import type { Outcome } from '../../../../../../functions/connect/outcomes.ts';
import { positionOf, type SinkRecord } from '../../../../../../functions/connect/records.ts';
import type { Case, Created, DeadLetter, Expected, ExpectedBatch, Model } from './case-file.ts';
import { expectBatches, expectModels, isEncodable } from './compare.ts';
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
  const letters = lettersOf(records, outcomes, (outcome, index) => !isHeld(outcome, index));
  if (!wanted.throws || wanted.deadLetters) expectDeadLetters(letters, wanted.deadLetters ?? []);
  if (wanted.created) expectCreated(server.created, wanted.created);
  if (wanted.throws) {
    expectBegun(result, wanted, vector);
    return;
  }
  if (wanted.written) expectWritten(server.written, wanted.written);
  if (!wanted.batches) return;
  expectBatches(batches, wanted.batches, vector);
  expectPauses(server.pauses, wanted.batches, vector);
}

/** What the peer wrote before a failure is written here too; what is behind it may be, since it comes again. */
function expectBegun({ batches, error, server }: PutResult, wanted: Expected, vector: Case): void {
  const written = wanted.written ?? [];
  if (error) return;
  for (const write of written) {
    expect(
      server.written.some((ours) => matches(ours, write, new Map(), true)),
      JSON.stringify(write),
    ).toBe(true);
  }
  const begun = (wanted.batches ?? []).map(({ namespace }) => namespace);
  const models = (list: readonly { readonly namespace: string; readonly models: readonly Model[] }[], name: string) =>
    list.filter(({ namespace }) => namespace === name).flatMap((batch) => batch.models);
  for (const namespace of new Set(begun)) {
    const theirs = models(wanted.batches ?? [], namespace).filter(isEncodable);
    const ours = models(batches, namespace).slice(0, theirs.length);
    expectModels(ours, theirs, vector);
  }
}

const lettersOf = (
  records: readonly SinkRecord[],
  outcomes: readonly Outcome[],
  isSettled: (outcome: Outcome, index: number) => boolean,
): DeadLetter[] =>
  outcomes.flatMap((outcome, index) => {
    if (outcome.status !== 'rejected' || !isSettled(outcome, index)) return [];
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
