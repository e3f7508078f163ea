import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ChangeMessageVisibilityCommand, SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import { createLog } from '../aws/log.ts';
import { createMetrics } from '../aws/metrics.ts';
import { replayMessages } from './replay-messages.ts';

const environment = process.env.TAILRACE_ENVIRONMENT ?? 'unknown';
const log = createLog('tailrace-replay', { environment });
const metrics = createMetrics({ service: 'tailrace-replay', environment });
const lambda = new LambdaClient();
const sqs = new SQSClient();
const replayQueueUrl = process.env.TAILRACE_REPLAY_QUEUE_URL;

const replay = replayMessages({
  environment,
  log,
  metrics,
  async invoke(functionName, payload) {
    const answer = await lambda.send(new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(payload) }));
    return { failed: answer.FunctionError !== undefined, payload: answer.Payload?.transformToString() ?? '' };
  },
  async postpone(ReceiptHandle, VisibilityTimeout) {
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: replayQueueUrl, ReceiptHandle, VisibilityTimeout }));
  },
});

/** The Lambda function that sends dead letters back to their sinks. */
export const handler = middy()
  .use({ after: () => metrics.flush() })
  .handler((event: unknown) => replay(event));
