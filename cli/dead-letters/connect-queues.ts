import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type FetchValue, fetchValues } from '../../functions/aws/claim-check.ts';
import { lazyObjectStore } from '../../functions/aws/object-store.ts';
import type { Environment } from '../environment.ts';
import { type ParkedTable, parkedTable } from './parked-table.ts';
import { queueUrlOf } from './queue.ts';

export type Queues = AsyncDisposable & {
  readonly sqs: SQSClient;
  /** Of the dead letter queue. */
  readonly queueUrl: string;
  readonly replayQueueUrl: string;
  /** Reads what is too large for the queue from the claim check bucket. */
  readonly fetchValue: FetchValue;
  readonly parked: ParkedTable;
};

/** Connects to the queues of an environment, and to the table that lists what waits in them. */
export async function connectQueues(environment: Environment): Promise<Queues> {
  const { deadLetterQueue, replayQueue, s3, sqs: config } = environment;
  const sqs = new SQSClient(config);
  const [queueUrl, replayQueueUrl] = await Promise.all([
    queueUrlOf(sqs, deadLetterQueue),
    queueUrlOf(sqs, replayQueue),
  ]);
  const objects = lazyObjectStore(async () => (await import('../../functions/aws/s3-objects.ts')).openS3Objects(s3));
  const fetchValue = fetchValues(objects);
  const dynamodb = new DynamoDBClient(environment.dynamodb);
  return {
    sqs,
    queueUrl,
    replayQueueUrl,
    fetchValue,
    parked: parkedTable(dynamodb, environment.table),
    async [Symbol.asyncDispose]() {
      sqs.destroy();
      dynamodb.destroy();
    },
  };
}
