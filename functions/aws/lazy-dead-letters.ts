import type { StoreValue } from './claim-check.ts';
import type { SendDeadLetters } from './dead-letters.ts';

/** The dead letter queue; the client of SQS is loaded with the first letter, for most functions never send one. */
export function lazyDeadLetters(
  queueUrl: string,
  storeValue?: StoreValue,
  open: typeof openQueue = openQueue,
): SendDeadLetters {
  let opened: Promise<SendDeadLetters> | undefined;
  return async (letters) => {
    opened ??= open(queueUrl, storeValue);
    return (await opened)(letters);
  };
}

async function openQueue(queueUrl: string, storeValue?: StoreValue): Promise<SendDeadLetters> {
  const [{ SQSClient }, { createDeadLetters }] = await Promise.all([
    import('@aws-sdk/client-sqs'),
    import('./dead-letters.ts'),
  ]);
  return createDeadLetters(queueUrl, new SQSClient(), storeValue);
}
