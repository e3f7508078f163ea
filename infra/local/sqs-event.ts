import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSMessageAttributes, SQSRecord } from 'aws-lambda';
import { LOCAL_REGION } from './aws-environment.ts';
import type { InvocationResult } from './invocation.ts';

/** The event that Lambda's SQS poller makes of received messages. */
export function toSqsEvent(messages: readonly Message[], queueArn: string): SQSEvent {
  return { Records: messages.map((message) => toSqsRecord(message, queueArn)) };
}

function toSqsRecord(message: Message, eventSourceARN: string): SQSRecord {
  const { MessageId, ReceiptHandle, Body, Attributes, MessageAttributes, MD5OfBody } = message;
  return {
    messageId: MessageId!,
    receiptHandle: ReceiptHandle!,
    body: Body ?? '',
    attributes: Attributes as SQSRecord['attributes'],
    messageAttributes: toMessageAttributes(MessageAttributes ?? {}),
    md5OfBody: MD5OfBody!,
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: LOCAL_REGION,
  };
}

const toMessageAttributes = (attributes: Record<string, MessageAttributeValue>): SQSMessageAttributes =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        dataType: DataType as SQSMessageAttributes[string]['dataType'],
        stringValue: StringValue,
        binaryValue: BinaryValue && Buffer.from(BinaryValue).toString('base64'),
        stringListValues: [],
        binaryListValues: [],
      },
    ]),
  );

/**
 * The messages that may be deleted, by ReportBatchItemFailures: none where the function failed, or where its response
 * has another shape or names an unknown message.
 */
export function settledMessages(messages: readonly Message[], result: InvocationResult): readonly Message[] {
  if (result.status !== 'succeeded') return [];
  const response = JSON.parse(result.payload) as { batchItemFailures?: { itemIdentifier?: unknown }[] | null } | null;
  if (response !== null && typeof response !== 'object') return [];
  const failures = response?.batchItemFailures ?? [];
  if (!Array.isArray(failures)) return [];
  const failed = new Set(failures.map((failure) => failure?.itemIdentifier));
  const known = new Set<unknown>(messages.map(({ MessageId }) => MessageId));
  if ([...failed].some((identifier) => !known.has(identifier))) return [];
  return messages.filter(({ MessageId }) => !failed.has(MessageId));
}
