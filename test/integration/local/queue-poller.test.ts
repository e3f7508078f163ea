import { randomUUID } from 'node:crypto';
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { expect, inject, test } from 'vitest';
import type { InvocationResult } from '../../../infra/local/invocation.ts';
import { pollQueue } from '../../../infra/local/queue-poller.ts';
import { until } from '../../support/until.ts';

const { sqsEndpoint, region } = inject('services');

type Handle = (event: SQSEvent) => unknown;

/** A queue of a test's own with a poller on it; a function that throws is one whose invocation failed. */
async function openPolledQueue(handle: Handle, visibilityTimeoutSeconds = 1) {
  const client = new SQSClient({
    endpoint: sqsEndpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const name = `polled-${randomUUID()}`;
  await client.send(
    new CreateQueueCommand({
      QueueName: name,
      Attributes: { VisibilityTimeout: String(visibilityTimeoutSeconds) },
    }),
  );
  const queueUrl = `${sqsEndpoint}/000000000000/${name}`;
  const queueArn = `arn:aws:sqs:${region}:000000000000:${name}`;
  const invoke = async (event: string): Promise<InvocationResult> => {
    try {
      return { status: 'succeeded', payload: JSON.stringify(handle(JSON.parse(event)) ?? null) };
    } catch {
      return { status: 'failed', error: { errorType: 'Error', errorMessage: 'down' } };
    }
  };
  const poller = pollQueue({ sqsEndpoint, queueUrl, queueArn, invoke, report: () => undefined });
  return {
    poller,
    queueArn,
    async send(body: string): Promise<void> {
      const MessageAttributes = {
        connector: { DataType: 'String', StringValue: 'orders-sink' },
        digest: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255]) },
      };
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body, MessageAttributes }));
    },
    async waiting(): Promise<number> {
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
      );
      return (
        Number(Attributes?.ApproximateNumberOfMessages) + Number(Attributes?.ApproximateNumberOfMessagesNotVisible)
      );
    },
    async [Symbol.asyncDispose]() {
      await poller[Symbol.asyncDispose]();
      client.destroy();
    },
  };
}

test("makes the event of Lambda's SQS poller and deletes what was answered", async () => {
  const events: SQSEvent[] = [];
  await using queue = await openPolledQueue((event) => void events.push(event));
  await queue.send('{"a": "ü"}');
  await until('the message is deleted', async () => events.length > 0 && (await queue.waiting()) === 0);
  expect(events).toHaveLength(1);
  expect(events[0]).toEqual({
    Records: [
      {
        messageId: expect.any(String),
        receiptHandle: expect.any(String),
        body: '{"a": "ü"}',
        attributes: expect.objectContaining({ ApproximateReceiveCount: '1', SentTimestamp: expect.any(String) }),
        messageAttributes: {
          connector: {
            dataType: 'String',
            stringValue: 'orders-sink',
            stringListValues: [],
            binaryListValues: [],
          },
          digest: { dataType: 'Binary', binaryValue: 'AP8=', stringListValues: [], binaryListValues: [] },
        },
        md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
        eventSource: 'aws:sqs',
        eventSourceARN: queue.queueArn,
        awsRegion: region,
      },
    ],
  });
});

test('deletes the others where a message is reported, and that one comes again', async () => {
  const bodies: string[] = [];
  let isFixed = false;
  await using queue = await openPolledQueue(({ Records }) => {
    bodies.push(...Records.map(({ body }) => body));
    const failed = Records.filter(({ body }) => body === 'bad' && !isFixed);
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  });
  await queue.send('good');
  await queue.send('bad');
  await until('the bad one came again', () => bodies.filter((body) => body === 'bad').length >= 2);
  expect(bodies.filter((body) => body === 'good')).toHaveLength(1);
  expect(await queue.waiting()).toBe(1);
  isFixed = true;
  await until('the queue is empty', async () => (await queue.waiting()) === 0);
});

test('deletes nothing of an invocation that failed, and waits for the visibility timeout', async () => {
  const times: number[] = [];
  await using queue = await openPolledQueue(() => {
    times.push(performance.now());
    if (times.length === 1) throw new Error('down');
  }, 2);
  await queue.send('once more');
  await until('it came again and is deleted', async () => times.length === 2 && (await queue.waiting()) === 0);
  expect(times[1]! - times[0]!).toBeGreaterThan(1900);
  expect(queue.poller.stats()).toEqual({ batches: 2, messages: 1, failures: 1 });
});
