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
  /** Lets a message be seen again after so many seconds. */
  postpone(receiptHandle: string, seconds: number): Promise<void>;
  readonly log: Log;
  readonly metrics: Metrics;
};

/** What Lambda's SQS poller reads: the messages that have to come again. */
export type SqsBatchResponse = { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] };

const sqsEvent = z.object({
  Records: z.array(
    z.object({
      messageId: z.string(),
      body: z.string(),
      receiptHandle: z.string().optional(),
      attributes: z.object({ ApproximateReceiveCount: z.coerce.number().optional() }).optional(),
    }),
  ),
});
type SqsMessage = z.output<typeof sqsEvent>['Records'][number];
const putAnswer = z
  .object({ batchItemFailures: z.array(z.unknown()).nullish(), waitsFor: z.string().optional() })
  .nullish();

/**
 * Sends the record of each message through the function of its sink once more, one after the other in the order of the
 * messages. A message is done once the sink has settled its record, be it as a new dead letter; until then it comes
 * again, and after the queue's last try it is back in the dead letter queue. One that waits for another of its key comes
 * again soon: the other one may be next, for the queue has no order.
 */
export function replayMessages(deps: ReplayDeps): (event: unknown) => Promise<SqsBatchResponse> {
  return async (event) => {
    const failed: string[] = [];
    for (const message of parseEvent(event)) if (!(await settles(message, deps))) failed.push(message.messageId);
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

async function settles(message: SqsMessage, deps: ReplayDeps): Promise<boolean> {
  try {
    const { waitsFor } = await replay(message.body, deps);
    if (waitsFor !== undefined) {
      await postpone(message, deps);
      return false;
    }
    deps.metrics.add('replayed', 1);
    return true;
  } catch (error) {
    const code = error instanceof ConnectorError ? error.code : 'REPLAY_FAILED';
    deps.log.warn('Dead letter not replayed', { messageId: message.messageId, code, reason: messageOf(error) });
    return false;
  }
}

/** A second after the first try, then twice as long each time: with ten tries some 17 minutes in all. */
async function postpone({ attributes, receiptHandle }: SqsMessage, deps: ReplayDeps): Promise<void> {
  const tries = attributes?.ApproximateReceiveCount ?? 1;
  if (receiptHandle !== undefined) await deps.postpone(receiptHandle, 2 ** Math.min(tries - 1, 9));
}

function parseEvent(event: unknown): readonly SqsMessage[] {
  const { data, error } = sqsEvent.safeParse(event);
  if (data) return data.Records;
  const where = error.issues[0]?.path.join('.') || 'event';
  throw new ConnectorError('EVENT_INVALID', `Expected an event of an SQS queue, got a problem at ${where}`);
}

/** `waitsFor`: the position that has to be written before this one. */
async function replay(body: string, { environment, invoke }: ReplayDeps): Promise<{ waitsFor?: string | undefined }> {
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
  if (answer.data?.waitsFor !== undefined) return { waitsFor: answer.data.waitsFor };
  if (!answer.success || (answer.data?.batchItemFailures ?? []).length > 0) {
    throw new RetriableError('REPLAY_FAILED', `${functionName} did not settle the record`);
  }
  return {};
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
