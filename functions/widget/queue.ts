import { ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { countOf } from '../aws/queue-count.ts';
import { RECEIVE_SIZE, type ReadDeps } from './read-letters.ts';

/** A long poll asks all servers of the queue; a short one may miss what is there. */
const WAIT_SECONDS = 1;

/** The dead letter queue, as far as looking at it goes: neither deleted nor sent to. */
export function queueOf(queueUrl: string, sqs: Pick<SQSClient, 'send'>): ReadDeps {
  return {
    count: () => countOf(sqs, queueUrl),
    async receive(hiddenSeconds) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: RECEIVE_SIZE,
          VisibilityTimeout: hiddenSeconds,
          WaitTimeSeconds: WAIT_SECONDS,
          MessageSystemAttributeNames: ['SentTimestamp'],
        }),
      );
      return Messages.map(({ Attributes, Body = '', MessageId = '' }) => ({
        id: MessageId,
        body: Body,
        sentAt: Number(Attributes?.SentTimestamp ?? 0),
      }));
    },
  };
}
