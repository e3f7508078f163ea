import { SQSClient } from '@aws-sdk/client-sqs';
import { createLog } from '../aws/log.ts';
import { answerWidget } from './answer-widget.ts';
import { queueOf } from './queue.ts';

const environment = process.env.TAILRACE_ENVIRONMENT ?? 'unknown';
const deadLetterQueueUrl = process.env.TAILRACE_DEAD_LETTER_QUEUE_URL ?? '';
const replayQueue = process.env.TAILRACE_REPLAY_QUEUE ?? '';
const log = createLog('tailrace-widget', { environment });

/** The Lambda function of the dashboard's custom widget: the newest dead letters in words. */
export const handler = answerWidget(
  { environment, deadLetterQueueUrl, replayQueue },
  { ...queueOf(deadLetterQueueUrl, new SQSClient()), log },
);
