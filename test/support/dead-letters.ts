import { type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../infra/local/aws-environment.ts';
import type { Services } from '../../infra/local/services.ts';

/** Takes every dead letter that is visible, for half a minute, and returns those of one connector. */
export async function receiveDeadLetters(services: Services, connector: string): Promise<readonly Message[]> {
  const client = new SQSClient({
    endpoint: services.sqsEndpoint,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
  const found: Message[] = [];
  try {
    for (;;) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: services.deadLetterQueueUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
          VisibilityTimeout: 30,
        }),
      );
      if (Messages.length === 0) return found;
      found.push(
        ...Messages.filter(({ MessageAttributes }) => MessageAttributes?.connector?.StringValue === connector),
      );
    }
  } finally {
    client.destroy();
  }
}
