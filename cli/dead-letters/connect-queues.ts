import { SQSClient } from '@aws-sdk/client-sqs';
import { type FetchValue, fetchValues } from '../../functions/aws/claim-check.ts';
import { lazyObjectStore } from '../../functions/aws/object-store.ts';
import type { Environment } from '../environment.ts';
import { queueUrlOf } from './queue.ts';

export type Queues = AsyncDisposable & {
  readonly sqs: SQSClient;
  /** Of the dead letter queue. */
  readonly queueUrl: string;
  readonly replayQueueUrl: string;
  /** Reads what is too large for the queue from the claim check bucket. */
  readonly fetchValue: FetchValue;
};

/** Connects to the queues of an environment. */
export async function connectQueues({ s3, sqs: config, deadLetterQueue, replayQueue }: Environment): Promise<Queues> {
  const sqs = new SQSClient(config);
  const [queueUrl, replayQueueUrl] = await Promise.all([
    queueUrlOf(sqs, deadLetterQueue),
    queueUrlOf(sqs, replayQueue),
  ]);
  const objects = lazyObjectStore(async () => (await import('../../functions/aws/s3-objects.ts')).openS3Objects(s3));
  const fetchValue = fetchValues(objects);
  return { sqs, queueUrl, replayQueueUrl, fetchValue, [Symbol.asyncDispose]: async () => sqs.destroy() };
}
