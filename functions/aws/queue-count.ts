import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

export type QueueCount = {
  readonly visible: number;
  /** Those that somebody is reading. */
  readonly hidden: number;
};

/** How many messages a queue has; SQS calls both numbers approximate. */
export async function countOf(sqs: Pick<SQSClient, 'send'>, queueUrl: string): Promise<QueueCount> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return {
    visible: Number(Attributes.ApproximateNumberOfMessages ?? 0),
    hidden: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
  };
}
