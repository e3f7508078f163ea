import type { SourceDeadLetter } from '../aws/dead-letter.ts';
import type { SendDeadLetters } from '../aws/dead-letters.ts';
import type { Origin, RejectedEvent } from '../connect/connector.ts';
import { type DataError, RetriableError } from '../connect/errors.ts';
import type { Log } from '../connect/log.ts';
import type { Metrics } from '../connect/metrics.ts';
import type { Stage } from '../connect/outcomes.ts';
import { retrying } from './retrying.ts';

/** What happens to records that can't be: the task stops, or they become dead letters. */
export type RejectedRecords = {
  /** Whether a record may be left out; where not, nothing behind it must be produced. */
  readonly isTolerant: boolean;
  /** Resolves once SQS has the record's dead letter. @throws DataError the record's own, where errors are not tolerated. */
  reject(origin: Origin, failure: Rejection): Promise<void>;
  /** Resolves once SQS has the dead letters of events whose errors the connector tolerates already. */
  deadLetter(events: readonly RejectedEvent[]): Promise<void>;
  /** Resolves when no dead letter is under way, so that they don't pile up while the queue is away; nothing if none is. */
  room(): Promise<void> | undefined;
};

export type Rejection = { readonly error: DataError; readonly stage: Stage; readonly class: string };

export type RejectedSettings = {
  readonly connector: string;
  /** `errors.tolerance=all` */
  readonly isTolerant: boolean;
  /** `errors.log.enable` */
  readonly logsErrors: boolean;
};

export type RejectedDeps = {
  /** Absent where there is no queue: then nothing is tolerated, for it would be lost. */
  readonly sendDeadLetters: SendDeadLetters | undefined;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Milliseconds since 1970. */
  now(): number;
};

/** The signal ends the waiting for a queue that is away, with the error of the queue. */
export function createRejectedRecords(
  { connector, isTolerant, logsErrors }: RejectedSettings,
  { sendDeadLetters, log, metrics, now }: RejectedDeps,
  signal: AbortSignal,
): RejectedRecords {
  const underWay = new Set<Promise<void>>();

  function deliver(letters: readonly SourceDeadLetter[], send: SendDeadLetters): Promise<void> {
    const delivered = deliverAll(letters, send).finally(() => underWay.delete(delivered));
    underWay.add(delivered);
    return delivered;
  }

  async function deliverAll(letters: readonly SourceDeadLetter[], send: SendDeadLetters): Promise<void> {
    let left = letters;
    await untilTaken(
      async () => {
        const errors = await send(left);
        left = left.filter((_, place) => errors[place]);
        const error = errors.find((each) => each !== undefined);
        if (error) throw error;
      },
      log,
      signal,
    );
    metrics.add('sourceDeadLetters', letters.length);
  }

  function toLetter(origin: Origin, { error, stage, class: className }: Rejection): SourceDeadLetter {
    const { key, namespace, token, value } = origin;
    return {
      connector,
      error: { code: error.code, message: error.message, stage, class: className },
      record: { namespace, token, key, value },
      failedAt: now(),
      attempts: 1,
    };
  }

  return {
    isTolerant: isTolerant && sendDeadLetters !== undefined,
    async reject(origin, failure) {
      const { error, stage } = failure;
      if (!isTolerant || !sendDeadLetters) throw error;
      const { namespace, token } = origin;
      if (logsErrors)
        log.error('Record rejected', { namespace, token, stage, code: error.code, reason: error.message });
      await deliver([toLetter(origin, failure)], sendDeadLetters);
    },
    async deadLetter(events) {
      if (events.length === 0) return;
      if (!sendDeadLetters) throw events[0]!.error;
      const letters = events.map((event) => toLetter(event, { ...event, stage: 'TASK_POLL' }));
      await deliver(letters, sendDeadLetters);
    },
    room: () => (underWay.size === 0 ? undefined : Promise.allSettled(underWay).then(() => undefined)),
  };
}

/** As `retrying`; but a task that is told to stop meanwhile ends with the outage's own error, not as if all was done. */
export async function untilTaken<T>(attempt: () => Promise<T>, log: Log, signal: AbortSignal): Promise<T> {
  let last: unknown;
  const noting = () =>
    attempt().catch((error: unknown) => {
      last = error;
      throw error;
    });
  return retrying(noting, log, signal).catch((error: unknown) => {
    throw signal.aborted && last instanceof RetriableError ? last : error;
  });
}
