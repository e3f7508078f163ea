import type { MongoServerError } from 'mongodb';
import { type Outcome, WRITTEN } from '../../../connect/outcomes.ts';
import { type DatabaseCalls, databaseCalls, pauseWith, type WriteDeps } from './database-calls.ts';
import { type Executed, idsOf, mayMiss, missedOf, notOvertaken } from './missed-updates.ts';
import { NO_PARKED_WRITES, type ParkedWrites } from './parked-writes.ts';
import { planCommands } from './plan-commands.ts';
import { portionsOf } from './portions.ts';
import { repeatedOf } from './same-document.ts';
import { settleReply } from './settle-reply.ts';
import { filterOf, idFilterOf, wholeDocumentOf } from './statement-parts.ts';
import { waitingWrites } from './waiting-writes.ts';
import type { Namespace } from './write-models.ts';
import { behind, commandRejected, missedRejected, unsettled, writeRejected } from './write-outcomes.ts';
import { judgeCommandError } from './write-verdict.ts';
import type { Batch, Write } from './writes.ts';

export type NamespaceResult = {
  /** By the place of the record in the put. */
  readonly outcomes: ReadonlyMap<number, Outcome>;
  /** Updates whose document was not there: how many the server says, and which ones as far as it can be told. */
  readonly missed: { readonly count: number; readonly positions: readonly string[] };
};

/**
 * How long a unique value may be taken by a document of another topic-partition, whose records another invocation
 * writes at the same time. A value that is really taken costs a put as much, so it is not longer.
 */
const PATIENCE_MS = 2_000;

export type NamespaceDeps = WriteDeps & {
  /** Which writes wait behind a dead letter; without it none. */
  readonly parked?: ParkedWrites;
};

/** Writes the batches of one namespace in order, and tells of every write what became of it. */
export async function writeNamespace(
  namespace: Namespace,
  batches: readonly Batch[],
  deadline: number,
  deps: NamespaceDeps,
): Promise<NamespaceResult> {
  const all = batches.flatMap(({ writes }) => writes);
  const writer = new NamespaceWriter(namespace, all, deadline, deps);
  for (const { isOrdered, pauseAfter, writes } of batches) {
    // whether an update missed its document shows after its command, and what waits behind it must not be in there
    const mayRepeat = isOrdered && !writes.some(({ rejectsMissing }) => rejectsMissing);
    for (const command of planCommands(writes, mayRepeat)) await writer.write(command, isOrdered, 'first');
    await writer.rest(pauseAfter?.() ?? 0);
  }
  await writer.writeWaiting();
  return { outcomes: writer.outcomes, missed: writer.missed };
}

/** In the last rounds the writes come that had to wait; nothing waits for them any more. */
type Round = 'first' | 'last';

/**
 * The writes of one put to one namespace.
 *
 * A rejected write takes nothing along: what is behind it in its command is sent again. A duplicate key is tried again
 * when everything else is written, with all later writes of the same document behind it. Behind a rejected write none
 * of its key is sent. What passes by itself is tried until the deadline; then it and all that follows is unsettled.
 */
class NamespaceWriter {
  readonly outcomes = new Map<number, Outcome>();
  readonly missed: { count: number; readonly positions: string[] } = { count: 0, positions: [] };
  readonly #all: readonly Write[];
  readonly #deadline: number;
  readonly #deps: WriteDeps;
  readonly #parked: ParkedWrites;
  readonly #calls: DatabaseCalls;
  /** Topic-partition to the position that holds it. */
  readonly #held = new Map<string, string>();
  readonly #waiting = waitingWrites();
  /** Duplicates that were compared with what is stored. */
  readonly #compared = new Set<Write>();

  constructor(namespace: Namespace, all: readonly Write[], deadline: number, deps: NamespaceDeps) {
    this.#all = all;
    this.#deadline = deadline;
    this.#deps = deps;
    this.#parked = deps.parked ?? NO_PARKED_WRITES;
    this.#calls = databaseCalls(namespace, deadline, deps);
  }

  async write(writes: readonly Write[], isOrdered: boolean, round: Round): Promise<void> {
    let rest = this.#sendable(writes, round);
    while (rest.length > 0) {
      const answer = await this.#calls.send(rest, isOrdered);
      if (!('reply' in answer)) {
        for (const part of this.#onFailure(rest, answer.error)) await this.write(part, isOrdered, round);
        return;
      }
      const { again, failure, executed, rejected, later } = settleReply(rest, answer.reply, isOrdered);
      for (const { write } of executed) this.outcomes.set(write.index, WRITTEN);
      for (const [write, outcome] of rejected) this.#reject(write, outcome);
      for (const [write, error] of later) this.#waiting.add(write, error);
      await this.#onMissed(executed, executed.length - answer.reply.count);
      if (failure && !(await this.#passes(failure))) this.#calls.stop(failure);
      rest = this.#sendable(again, round);
    }
  }

  /** The pause of a rate limit. Where it outlasts the deadline, what follows comes again. */
  async rest(ms: number): Promise<void> {
    if (ms === 0 || this.#calls.stopped) return;
    const left = this.#deadline - this.#deps.now();
    if (ms >= left) this.#calls.stop(new Error('The pause of rate.limiting.timeout outlasts the invocation'));
    await this.#deps.sleep(Math.min(ms, Math.max(left, 0)));
  }

  /**
   * Tries again what met a unique value of another document. One that frees a value lets others through, so all are
   * tried as long as any succeeds, and then for a while longer; only then they are rejected.
   */
  async writeWaiting(): Promise<void> {
    const pause = pauseWith(this.#deps);
    const patience = Math.min(this.#deps.now() + PATIENCE_MS, this.#deadline);
    while (this.#waiting.size > 0) {
      const first = this.#waiting.takeFirst();
      for (const command of planCommands(first, false)) await this.write(command, false, 'last');
      const stuck = first.filter((write) => this.#waiting.errorOf(write));
      if (stuck.length < first.length || (await this.#settleRepeated(stuck))) continue;
      if (await pause(patience)) continue;
      for (const write of stuck) this.#reject(write, writeRejected(this.#waiting.errorOf(write)!));
      for (const write of stuck) this.#waiting.remove(write);
    }
  }

  /** The writes that may be sent now; the others get their outcome, or wait. */
  #sendable(writes: readonly Write[], round: Round): Write[] {
    return writes.filter((write) => {
      const holder = this.#held.get(write.topicPartition);
      const waiting = this.#parked.waiting(write);
      if (this.#calls.stopped) this.outcomes.set(write.index, unsettled(this.#calls.stopped));
      else if (holder !== undefined) this.outcomes.set(write.index, behind(holder));
      else if (waiting) this.#reject(write, waiting);
      else if (round === 'first' && this.#waiting.mustWait(write)) this.#waiting.add(write);
      else return true;
      return false;
    });
  }

  /** Whether to try once more: the failure is one that passes, and a pause has passed before the deadline. */
  async #passes(failure: MongoServerError): Promise<boolean> {
    return judgeCommandError(failure, false) === 'again' && (await this.#calls.pause(this.#deadline));
  }

  /** The parts that are to be tried by themselves, to find the write that made its command fail. */
  #onFailure(writes: readonly Write[], error: unknown): Write[][] {
    if (this.#calls.stopped) return [[...writes]];
    const middle = writes.length >> 1;
    if (middle > 0) return [writes.slice(0, middle), writes.slice(middle)];
    this.#reject(writes[0]!, commandRejected(error));
    return [];
  }

  /** Counts the updates that found no document, and finds out which they are. */
  async #onMissed(executed: readonly Executed[], shortage: number): Promise<void> {
    const suspects = shortage > 0 ? mayMiss(executed) : [];
    if (suspects.length === 0) return;
    this.missed.count += shortage;
    const present = new Set<string>();
    for (const filters of portionsOf(suspects.map(filterOf), ({ length }) => length)) {
      const found = await this.#calls.find(filters, true);
      if ('error' in found) return this.#onUnknown(suspects, found.error);
      for (const id of idsOf(found.documents)) present.add(id);
    }
    const missed = missedOf(executed, present);
    this.missed.positions.push(...missed.map(({ position }) => position));
    for (const write of notOvertaken(missed, this.#all)) {
      if (write.rejectsMissing) this.#reject(write, missedRejected(write.position));
    }
  }

  /** The documents can't be read: those that may have to be rejected come again; of the others the number is enough. */
  #onUnknown(suspects: readonly Write[], error: unknown): void {
    const rejecting = suspects.filter(({ rejectsMissing }) => rejectsMissing);
    if (rejecting.length > 0) this.#calls.stop(error);
    for (const { index } of rejecting) this.outcomes.set(index, unsettled(this.#calls.stopped!));
  }

  /**
   * Settles the duplicates that are the record itself, which came twice: the document is as it would make it. Whether
   * anything has changed, be it that nobody answers any more.
   */
  async #settleRepeated(stuck: readonly Write[]): Promise<boolean> {
    const documents = stuck.flatMap((write) => {
      const document = this.#compared.has(write) ? undefined : wholeDocumentOf(write);
      this.#compared.add(write);
      return document ? [[write, document] as const] : [];
    });
    let hasSettled = false;
    for (const portion of portionsOf(documents, ([, document]) => document.length)) {
      const found = await this.#calls.find(
        portion.map(([, document]) => idFilterOf(document)),
        false,
      );
      if ('error' in found) {
        // who may not read can't tell, so the server's refusal stands
        if (judgeCommandError(found.error, false) === 'stop') return hasSettled;
        this.#calls.stop(found.error);
        return true;
      }
      for (const write of repeatedOf(new Map(portion), found.documents)) {
        this.outcomes.set(write.index, WRITTEN);
        this.#waiting.remove(write);
        hasSettled = true;
      }
    }
    return hasSettled;
  }

  #reject(write: Write, outcome: Outcome): void {
    this.outcomes.set(write.index, write.holds ? outcome : this.#parked.rejected(write, outcome));
    if (write.holds) this.#held.set(write.topicPartition, write.position);
  }
}
