import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { messageOf } from '../../functions/connect/errors.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from './aws-environment.ts';
import type { InvocationResult, Invoke } from './invocation.ts';
import { settledMessages, toSqsEvent } from './sqs-event.ts';

export type QueuePollerOptions = {
  readonly sqsEndpoint: string;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly invoke: Invoke;
  /** 1 to 10; default: 10. */
  readonly batchSize?: number;
  /** Takes a line for the person who watches, where the queue can't be read. */
  readonly report: (line: string) => void;
};

export type QueuePoller = AsyncDisposable & {
  stats(): { readonly batches: number; readonly messages: number; readonly failures: number };
};

const LONG_POLL_SECONDS = 1;
const TRY_AGAIN_MS = 1000;

/**
 * Brings the messages of a queue to a function, as Lambda's SQS poller does.
 *
 * A message is deleted once the function answered and did not report it as failed; the others come again when their
 * visibility timeout is over. Disposed of, it finishes the batch in flight.
 */
export function pollQueue(options: QueuePollerOptions): QueuePoller {
  const { sqsEndpoint, queueUrl, invoke, batchSize = 10, report } = options;
  const client = new SQSClient({ endpoint: sqsEndpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });
  const counts = { batches: 0, messages: 0, failures: 0 };
  const stop = new AbortController();

  async function poll(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        const messages = await receive();
        if (messages.length > 0) await deliver(messages);
      } catch (error) {
        if (stop.signal.aborted) return;
        report(`Replay queue: ${messageOf(error)}`);
        await sleep(TRY_AGAIN_MS, undefined, { ref: false });
      }
    }
  }

  async function receive(): Promise<readonly Message[]> {
    const receiving = new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: batchSize,
      WaitTimeSeconds: LONG_POLL_SECONDS,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    return (await client.send(receiving, { abortSignal: stop.signal })).Messages ?? [];
  }

  async function deliver(messages: readonly Message[]): Promise<void> {
    const result: InvocationResult = await invoke(JSON.stringify(toSqsEvent(messages, options.queueArn)));
    const settled = settledMessages(messages, result);
    counts.batches += 1;
    counts.messages += settled.length;
    counts.failures += messages.length - settled.length;
    if (settled.length === 0) return;
    const Entries = settled.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  }

  const polling = poll();

  return {
    stats: () => ({ ...counts }),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await polling;
      client.destroy();
    },
  };
}
