import type { ConnectorError } from '../../../connect/errors.ts';
import type { FindDocuments } from './find-documents.ts';
import type { Reply, SendCommand } from './send-command.ts';
import { type Namespace, namespaceText } from './write-models.ts';
import { passingFailure, refusedForGood } from './write-outcomes.ts';
import { judgeCommandError } from './write-verdict.ts';
import type { Write } from './writes.ts';

export type WriteDeps = {
  readonly send: SendCommand;
  readonly find: FindDocuments;
  now(): number;
  sleep(ms: number): Promise<unknown>;
};

/**
 * Commands to one namespace, each tried again until the deadline while what it fails of passes. After a failure that
 * does not concern single records everything has stopped: nothing more is to be sent in this put.
 */
export type DatabaseCalls = {
  readonly stopped: ConnectorError | undefined;
  /** An error where `stopped` says it, or where one of the statements is the cause. */
  send(writes: readonly Write[], isOrdered: boolean): Promise<{ readonly reply: Reply } | { readonly error: unknown }>;
  find(filters: readonly Uint8Array[], isIdEnough: boolean): Promise<Found>;
  stop(error: unknown): void;
  pause: Pause;
};

export type Found = { readonly documents: readonly Uint8Array[] } | { readonly error: unknown };

export function databaseCalls(namespace: Namespace, deadline: number, deps: WriteDeps): DatabaseCalls {
  const where = namespaceText(namespace);
  const pause = pauseWith(deps);
  let stopped: ConnectorError | undefined;
  const timeLeft = () => Math.max(deadline - deps.now(), 1);

  async function tried<T>(call: () => Promise<T>, isNamespaceOfRecord: boolean): Promise<T> {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        const mayPass = judgeCommandError(error, isNamespaceOfRecord) === 'again';
        if (!mayPass || !(await pause(deadline))) throw error;
      }
    }
  }

  function stop(error: unknown, isNamespaceOfRecord = false): void {
    const verdict = judgeCommandError(error, isNamespaceOfRecord);
    stopped = verdict === 'stop' ? refusedForGood(error, where) : passingFailure(error, verdict === 'login', where);
  }

  return {
    get stopped() {
      return stopped;
    },
    async send(writes, isOrdered) {
      const { command: name, isNamespaceOfRecord } = writes[0]!;
      const command = { namespace, name, isOrdered, statements: writes.map(({ statement }) => statement) };
      try {
        return { reply: await tried(() => deps.send(command, timeLeft()), isNamespaceOfRecord) };
      } catch (error) {
        if (judgeCommandError(error, isNamespaceOfRecord) !== 'isolate') stop(error, isNamespaceOfRecord);
        return { error };
      }
    },
    async find(filters, isIdEnough) {
      try {
        return { documents: await tried(() => deps.find({ namespace, filters, isIdEnough }, timeLeft()), false) };
      } catch (error) {
        return { error };
      }
    },
    stop,
    pause,
  };
}

/** Waits before another try, longer each time. Whether there was time for that until then. */
export type Pause = (until: number) => Promise<boolean>;

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 3_000;

export function pauseWith({ now, sleep }: Pick<WriteDeps, 'now' | 'sleep'>): Pause {
  let pauses = 0;
  return async (until) => {
    const ms = Math.min(FIRST_PAUSE_MS * 2 ** pauses++, LONGEST_PAUSE_MS);
    if (now() + ms >= until) return false;
    await sleep(ms);
    return true;
  };
}
