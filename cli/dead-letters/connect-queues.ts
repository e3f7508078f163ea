import { SQSClient } from '@aws-sdk/client-sqs';
import type { Environment } from '../environment.ts';
import { queueUrlOf } from './queue.ts';

export type Queues = AsyncDisposable & {
  readonly sqs: SQSClient;
  /** Of the dead letter queue. */
  readonly queueUrl: string;
  readonly replayQueueUrl: string;
};

/** Connects to the queues of an environment. */
export async function connectQueues({ sqs: config, deadLetterQueue, replayQueue }: Environment): Promise<Queues> {
  const sqs = new SQSClient(config);
  const [queueUrl, replayQueueUrl] = await Promise.all([
    queueUrlOf(sqs, deadLetterQueue),
    queueUrlOf(sqs, replayQueue),
  ]);
  return { sqs, queueUrl, replayQueueUrl, [Symbol.asyncDispose]: async () => sqs.destroy() };
}
