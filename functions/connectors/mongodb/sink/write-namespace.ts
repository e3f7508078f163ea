import type { ConnectorError } from '../../../connect/errors.ts';
import { type Outcome, WRITTEN } from '../../../connect/outcomes.ts';
import { planCommands } from './plan-commands.ts';
import type { Reply, SendCommand } from './send-command.ts';
import type { CommandName } from './statements.ts';
import { type Namespace, namespaceText } from './write-models.ts';
import {
  behind,
  commandRejected,
  concernRejected,
  passingFailure,
  refusedForGood,
  unsettled,
  writeRejected,
} from './write-outcomes.ts';
import { judgeCommandError, judgeConcernError, judgeWriteError } from './write-verdict.ts';

/** One record's write, ready to send. */
export type Write = {
  /** Place of the record in the put. */
  readonly index: number;
  readonly position: string;
  readonly topicPartition: string;
  readonly command: CommandName;
  readonly id: string | undefined;
  readonly statement: Uint8Array;
  readonly bytes: number;
  /** The record itself says where it goes. */
  readonly isNamespaceOfRecord: boolean;
  /** `errors.tolerance=none`: once it is rejected, nothing behind it in its topic-partition is written. */
  readonly holds: boolean;
};

export type Batch = { readonly isOrdered: boolean; readonly writes: readonly Write[] };

export type WriteDeps = {
  readonly send: SendCommand;
  now(): number;
  sleep(ms: number): Promise<unknown>;
};

export type NamespaceResult = {
  /** By the place of the record in the put. */
  readonly outcomes: ReadonlyMap<number, Outcome>;
  /** Writes without upsert whose document was not there. */
  readonly missing: number;
};

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 3_000;

/** Writes the batches of one namespace in order, and tells of every write what became of it. */
export async function writeNamespace(
  namespace: Namespace,
  batches: readonly Batch[],
  deadline: number,
  deps: WriteDeps,
): Promise<NamespaceResult> {
  const writer = new NamespaceWriter(namespace, deadline, deps);
  for (const { isOrdered, writes } of batches) {
    for (const command of planCommands(writes, isOrdered)) await writer.write(command, isOrdered, 'first');
  }
  await writer.writeDeferred();
  return { outcomes: writer.outcomes, missing: writer.missing };
}

/** In the last round a duplicate key is final: everything that could have been in its way is written. */
type Round = 'first' | 'last';

const byPlace = (a: Write, b: Write): number => a.index - b.index;

/**
 * The writes of one put to one namespace.
 *
 * A rejected write takes nothing along: what is behind it in its command is sent again. A duplicate key is tried once
 * more when everything else is written, with all later writes of the same document behind it. What passes by itself
 * is tried until the deadline; then it and all that follows is unsettled.
 */
class NamespaceWriter {
  readonly outcomes = new Map<number, Outcome>();
  missing = 0;
  readonly #namespace: Namespace;
  readonly #deadline: number;
  readonly #deps: WriteDeps;
  /** Topic-partition to the position that holds it. */
  readonly #held = new Map<string, string>();
  readonly #deferred: Write[] = [];
  readonly #deferredIds = new Set<string>();
  #stopped: ConnectorError | undefined;
  #pauses = 0;

  constructor(namespace: Namespace, deadline: number, deps: WriteDeps) {
    this.#namespace = namespace;
    this.#deadline = deadline;
    this.#deps = deps;
  }

  async write(writes: readonly Write[], isOrdered: boolean, round: Round): Promise<void> {
    let rest = this.#sendable(writes, round);
    while (rest.length > 0) {
      const answer = await this.#send(rest, isOrdered);
      if (!('reply' in answer)) {
        for (const part of this.#onFailure(rest, answer.error)) await this.write(part, isOrdered, round);
        return;
      }
      const { again, passing } = this.#onReply(rest, answer.reply, isOrdered, round);
      if (passing && !(await this.#pause())) this.#stop(new Error(passing.errmsg), false);
      rest = this.#sendable(again, round);
    }
  }

  async writeDeferred(): Promise<void> {
    for (const write of this.#deferred.sort(byPlace)) await this.write([write], true, 'last');
  }

  /** The writes that may be sent now; the others get their outcome, or wait for the last round. */
  #sendable(writes: readonly Write[], round: Round): Write[] {
    return writes.filter((write) => {
      const holder = this.#held.get(write.topicPartition);
      if (this.#stopped) this.outcomes.set(write.index, unsettled(this.#stopped));
      else if (holder !== undefined) this.outcomes.set(write.index, behind(holder));
      else if (round === 'first' && write.id !== undefined && this.#deferredIds.has(write.id)) {
        this.#deferred.push(write);
      } else return true;
      return false;
    });
  }

  /** One command, again while its failure is one that passes and there is time. */
  async #send(writes: readonly Write[], isOrdered: boolean): Promise<{ reply: Reply } | { error: unknown }> {
    const command = {
      namespace: this.#namespace,
      name: writes[0]!.command,
      isOrdered,
      statements: writes.map(({ statement }) => statement),
    };
    for (;;) {
      try {
        return { reply: await this.#deps.send(command, Math.max(this.#deadline - this.#deps.now(), 1)) };
      } catch (error) {
        const verdict = judgeCommandError(error, writes[0]!.isNamespaceOfRecord);
        if (verdict === 'again' && (await this.#pause())) continue;
        if (verdict === 'stop') this.#stopped = refusedForGood(error, namespaceText(this.#namespace));
        else if (verdict !== 'isolate') this.#stop(error, verdict === 'login');
        return { error };
      }
    }
  }

  #stop(error: unknown, isLogin: boolean): void {
    this.#stopped = passingFailure(error, isLogin, namespaceText(this.#namespace));
  }

  /** The parts that are to be tried by themselves, to find the write that made its command fail. */
  #onFailure(writes: readonly Write[], error: unknown): Write[][] {
    if (this.#stopped) return [[...writes]];
    const middle = writes.length >> 1;
    if (middle > 0) return [writes.slice(0, middle), writes.slice(middle)];
    this.#reject(writes[0]!, commandRejected(error));
    return [];
  }

  /** Settles what was executed; `again` has to be sent again, after a pause where something `passing` is the cause. */
  #onReply(
    writes: readonly Write[],
    reply: Reply,
    isOrdered: boolean,
    round: Round,
  ): { again: Write[]; passing: { errmsg?: string } | undefined } {
    const errors = new Map(reply.writeErrors.map((error) => [error.index, error] as const));
    const end = isOrdered && errors.size > 0 ? Math.min(...errors.keys()) + 1 : writes.length;
    const concern = reply.concernError;
    const again = writes.slice(end);
    let passing: { errmsg?: string } | undefined;
    for (const [index, write] of writes.slice(0, end).entries()) {
      const error = errors.get(index);
      const verdict = error ? judgeWriteError(error) : concern ? judgeConcernError(concern) : 'written';
      if (verdict === 'again') {
        again.push(write);
        passing = error ?? concern;
      } else if (verdict === 'written') this.outcomes.set(write.index, WRITTEN);
      else if (verdict === 'later' && round === 'first') this.#defer(write);
      else this.#reject(write, error ? writeRejected(error) : concernRejected(concern!));
    }
    const executed = end - errors.size;
    if (writes[0]!.command === 'update') this.missing += Math.max(executed - reply.count, 0);
    return { again: again.sort(byPlace), passing };
  }

  #defer(write: Write): void {
    this.#deferred.push(write);
    if (write.id !== undefined) this.#deferredIds.add(write.id);
  }

  #reject(write: Write, outcome: Outcome): void {
    this.outcomes.set(write.index, outcome);
    if (write.holds) this.#held.set(write.topicPartition, write.position);
  }

  /** Whether there is time for another try; then a pause has passed. */
  async #pause(): Promise<boolean> {
    const ms = Math.min(FIRST_PAUSE_MS * 2 ** this.#pauses++, LONGEST_PAUSE_MS);
    if (this.#deps.now() + ms >= this.#deadline) return false;
    await this.#deps.sleep(ms);
    return true;
  }
}
