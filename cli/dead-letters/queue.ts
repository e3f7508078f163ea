import {
  ChangeMessageVisibilityBatchCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { EXIT, Failure } from '../failure.ts';

/** A message of the dead letter queue as SQS gave it. */
export type Received = Message & { readonly MessageId: string; readonly ReceiptHandle: string; readonly Body: string };

/** Messages taken from a queue for a while. */
export type Reading = AsyncDisposable & {
  /** Up to ten at a time, each message once, until the queue gives no more. */
  batches(): AsyncGenerator<readonly Received[]>;
  /** This message was deleted: there is nothing to give back. */
  forget(message: Received): void;
  /** Hides what was taken for as long once more. */
  keep(): Promise<void>;
};

/** Longer than most commands need, the others `keep` them; messages of one that was killed are visible again after it. */
const HIDDEN_SECONDS = 300;
/** A long poll asks all servers of the queue; a short one may miss what is there. */
const WAIT_SECONDS = 1;
const BATCH = 10;
/** In a row, before the queue counts as read: what others wait for comes again when a reading takes longer than HIDDEN_SECONDS. */
const STALE_BATCHES = 20;

/** Reads a queue without consuming it: all that was not forgotten is visible to others again at the end. */
export function readQueue(sqs: SQSClient, queueUrl: string, signal: AbortSignal): Reading {
  const taken = new Map<string, Received>();
  const seen = new Set<string>();

  async function* batches(): AsyncGenerator<readonly Received[]> {
    let stale = 0;
    while (!signal.aborted && stale < STALE_BATCHES) {
      const batch = await receive();
      if (batch.length === 0) return;
      const fresh = batch.filter(({ MessageId }) => !seen.has(MessageId));
      for (const message of batch) {
        seen.add(message.MessageId);
        // of a message that came twice only the last receipt counts
        taken.set(message.MessageId, message);
      }
      stale = fresh.length === 0 ? stale + 1 : 0;
      if (fresh.length > 0) yield fresh;
    }
  }

  async function receive(): Promise<Received[]> {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: BATCH,
        VisibilityTimeout: HIDDEN_SECONDS,
        WaitTimeSeconds: WAIT_SECONDS,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    );
    return Messages.filter((message): message is Received => message.MessageId !== undefined);
  }

  async function hideFor(VisibilityTimeout: number): Promise<void> {
    const messages = [...taken.values()];
    for (let from = 0; from < messages.length; from += BATCH) {
      const Entries = messages.slice(from, from + BATCH).map(({ ReceiptHandle }, index) => ({
        Id: String(index),
        ReceiptHandle,
        VisibilityTimeout,
      }));
      // an entry that SQS refuses is visible already: its receipt has run out
      await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }));
    }
  }

  return {
    batches,
    forget: ({ MessageId }) => taken.delete(MessageId),
    keep: () => hideFor(HIDDEN_SECONDS),
    [Symbol.asyncDispose]: () => hideFor(0),
  };
}

/** The URL of a queue that is known by its name, or by its URL already. */
export async function queueUrlOf(sqs: SQSClient, queue: string): Promise<string> {
  if (queue.includes('://')) return queue;
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queue }));
  if (QueueUrl === undefined) throw new Failure(EXIT.failed, `SQS has no URL for the queue ${queue}`);
  return QueueUrl;
}
