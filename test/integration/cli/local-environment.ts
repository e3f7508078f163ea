import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { storeValues } from '../../../functions/aws/claim-check.ts';
import { parseDeadLetter, toDeadLetterBody } from '../../../functions/aws/dead-letter.ts';
import { openS3Objects } from '../../../functions/aws/s3-objects.ts';
import { toStoredBody } from '../../../functions/aws/stored-dead-letter.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../infra/local/aws-environment.ts';
import { startDynamodb } from '../../../infra/local/dynamodb.ts';
import { startSqs } from '../../../infra/local/sqs.ts';
import { namesOf } from '../../../infra/names.ts';
import { commandLine, openFolder } from '../../cli/command-line.ts';

let lastStart: Promise<unknown> = Promise.resolve();

/** One after another: while it starts, the server of the queues changes how servers of this process listen. */
function startedAlone<T>(start: () => Promise<T>): Promise<T> {
  const started = lastStart.then(start);
  lastStart = started.catch(() => undefined);
  return started;
}

/** Queues and a table of one test, and the command that finds them as it finds what `npm start` runs. */
export async function openLocalEnvironment() {
  await using starting = new AsyncDisposableStack();
  const names = namesOf('local');
  const folder = starting.use(openFolder());
  const queues = starting.use(await startedAlone(() => startSqs(names)));
  const { dynamodbEndpoint, ...dynamodb } = await startDynamodb(names.table);
  starting.use(dynamodb);
  const sqs = new SQSClient({ endpoint: queues.sqsEndpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });
  starting.defer(() => sqs.destroy());

  const addresses = {
    pid: process.pid,
    region: LOCAL_REGION,
    table: names.table,
    dynamodbEndpoint,
    sqsEndpoint: queues.sqsEndpoint,
    deadLetterQueueUrl: queues.deadLetterQueueUrl,
    replayQueueUrl: queues.replayQueueUrl,
  };
  const publish = (more: Readonly<Record<string, unknown>> = {}) =>
    folder.write('.tailrace/local.json', { ...addresses, ...more });
  publish();

  async function receive(QueueUrl: string) {
    const request = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0, MessageAttributeNames: ['All'] };
    return (await sqs.send(new ReceiveMessageCommand(request))).Messages ?? [];
  }

  async function count(QueueUrl: string): Promise<{ visible: number; hidden: number }> {
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    return {
      visible: Number(Attributes.ApproximateNumberOfMessages),
      hidden: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
    };
  }

  async function send(body: unknown, attributes: Readonly<Record<string, string>> = {}): Promise<string> {
    const { MessageId } = await sqs.send(
      new SendMessageCommand({
        QueueUrl: queues.deadLetterQueueUrl,
        MessageBody: typeof body === 'string' ? body : JSON.stringify(body),
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
        ),
      }),
    );
    return String(MessageId);
  }

  /** Sends one with a value of so many bytes as tasks and functions do. */
  async function sendLarge(letter: Record<string, unknown>, bytes: number): Promise<{ id: string; whole: string }> {
    const objects = openS3Objects({
      endpoint: queues.s3Endpoint,
      region: LOCAL_REGION,
      credentials: LOCAL_CREDENTIALS,
    });
    const value = { value: 'x'.repeat(bytes), valueEncoding: 'utf8' };
    const whole = JSON.stringify({ ...letter, record: { ...(letter.record as object), ...value } });
    const store = storeValues(queues.claimCheckBucket, objects);
    const stored = await store('dead-letters', String(letter.connector), Buffer.from(whole));
    return { whole, id: await send(toStoredBody(parseDeadLetter(whole), stored)) };
  }

  const started = starting.move();
  return {
    ...addresses,
    folder,
    sqs,
    publish,
    send,
    sendLarge,
    claimCheckBucket: queues.claimCheckBucket,
    deadLetters: () => count(queues.deadLetterQueueUrl),
    replaying: () => receive(queues.replayQueueUrl),
    run: (...args: readonly string[]) => commandLine(folder, args),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** A dead letter as the sink function writes it. */
export const sinkLetter = (offset: number, connector = 'orders-sink'): Record<string, unknown> =>
  JSON.parse(
    toDeadLetterBody({
      connector,
      error: {
        code: 'WRITE_REJECTED',
        message: `MongoDB refused orders-3@${offset}`,
        stage: 'TASK_PUT',
        class: 'MongoSinkTask',
      },
      record: {
        topic: 'orders',
        partition: 3,
        offset,
        timestamp: Date.parse('2026-11-24T11:00:00Z'),
        timestampType: 'CREATE_TIME',
        key: Buffer.from('{"_id": 1}'),
        value: Buffer.from(`{"secret": "content-${offset}"}`),
        headers: [],
      },
      failedAt: Date.parse('2026-11-24T11:00:00Z') + (offset % 60) * 1000,
      attempts: 1,
    }),
  );

/** A dead letter as a source task writes it: it never was in a topic. */
export const sourceLetter = (): Record<string, unknown> =>
  JSON.parse(
    toDeadLetterBody({
      connector: 'orders',
      error: { code: 'RECORD_TOO_LARGE', message: 'Too large', stage: 'VALUE_CONVERTER', class: 'MongoSourceTask' },
      record: { namespace: 'shop.orders', token: '{"_data": "82"}', key: null, value: null },
      failedAt: Date.parse('2026-11-24T11:30:00Z'),
      attempts: 1,
    }),
  );

/** Answers every request with this document. */
export async function openStatusServer(document: unknown): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((_, response) => response.end(JSON.stringify(document)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
