import * as z from 'zod';
import { type DeadLetter, isSinkDeadLetter } from '../aws/dead-letter.ts';
import { isStored, parseMessage, type StoredDeadLetter } from '../aws/stored-dead-letter.ts';
import { ConnectorError, DataError, messageOf, RetriableError } from '../connect/errors.ts';
import type { Log } from '../connect/log.ts';
import type { Metrics } from '../connect/metrics.ts';
import { sinkFunctionOf } from './sink-function.ts';
import { toPutEvent, toStoredPutEvent } from './to-put-event.ts';

export type ReplayDeps = {
  /** Of the stacks, such as `prod`. */
  readonly environment: string;
  /** Invokes a function; `failed` where it threw. */
  invoke(functionName: string, payload: string): Promise<{ failed: boolean; payload: string }>;
  readonly log: Log;
  readonly metrics: Metrics;
};

/** What Lambda's SQS poller reads: the messages that have to come again. */
export type SqsBatchResponse = { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] };

const sqsEvent = z.object({ Records: z.array(z.object({ messageId: z.string(), body: z.string() })) });
const putAnswer = z.object({ batchItemFailures: z.array(z.unknown()).nullish() }).nullish();

/**
 * Sends the record of each message through the function of its sink once more, one after the other in the order of the
 * messages. A message is done once the sink has settled its record, be it as a new dead letter; until then it comes
 * again, and after the queue's last try it is back in the dead letter queue.
 */
export function replayMessages(deps: ReplayDeps): (event: unknown) => Promise<SqsBatchResponse> {
  return async (event) => {
    const failed: string[] = [];
    for (const { messageId, body } of parseEvent(event)) {
      try {
        await replay(body, deps);
        deps.metrics.add('replayed', 1);
      } catch (error) {
        const code = error instanceof ConnectorError ? error.code : 'REPLAY_FAILED';
        deps.log.warn('Dead letter not replayed', { messageId, code, reason: messageOf(error) });
        failed.push(messageId);
      }
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

function parseEvent(event: unknown): readonly { messageId: string; body: string }[] {
  const { data, error } = sqsEvent.safeParse(event);
  if (data) return data.Records;
  const where = error.issues[0]?.path.join('.') || 'event';
  throw new ConnectorError('EVENT_INVALID', `Expected an event of an SQS queue, got a problem at ${where}`);
}

async function replay(body: string, { environment, invoke }: ReplayDeps): Promise<void> {
  const letter = parseMessage(body);
  const event = putEventOf(letter);
  if (!event) {
    const message = `A dead letter of the source ${letter.connector} can't be replayed: only sinks write it again`;
    throw new DataError('DEAD_LETTER_INVALID', message);
  }
  const functionName = sinkFunctionOf(environment, letter.connector);
  const { failed, payload } = await invoke(functionName, JSON.stringify(event));
  if (failed) throw new RetriableError('REPLAY_FAILED', `${functionName} failed: ${errorMessageOf(payload)}`);
  const answer = putAnswer.safeParse(JSON.parse(payload || 'null'));
  if (!answer.success || (answer.data?.batchItemFailures ?? []).length > 0) {
    throw new RetriableError('REPLAY_FAILED', `${functionName} did not settle the record`);
  }
}

/** Nothing for a letter of a source. */
function putEventOf(letter: DeadLetter | StoredDeadLetter): object | undefined {
  if (isStored(letter)) return 'topic' in letter.record ? toStoredPutEvent(letter) : undefined;
  return isSinkDeadLetter(letter) ? toPutEvent(letter) : undefined;
}

/** Of the error document that Lambda answers with. */
function errorMessageOf(payload: string): string {
  const known = z.object({ errorMessage: z.string() }).safeParse(JSON.parse(payload || 'null'));
  return known.data?.errorMessage ?? 'unknown error';
}
