import type { QueueCount } from '../aws/queue-count.ts';

/** A message as SQS gave it. */
export type QueueMessage = { readonly id: string; readonly body: string; readonly sentAt: number };

export type ReadDeps = {
  count(): Promise<QueueCount>;
  /** At most `RECEIVE_SIZE` messages, which nobody else sees for `hiddenSeconds`. */
  receive(hiddenSeconds: number): Promise<readonly QueueMessage[]>;
};

export type ReadLetters = {
  /** Each once. */
  readonly messages: readonly QueueMessage[];
  readonly waiting: number;
  readonly beingRead: number;
};

/** The most that SQS gives at a time. */
export const RECEIVE_SIZE = 10;

/**
 * Looks at the messages of a queue and leaves all of them in it.
 *
 * Receiving hides a message from others for its visibility timeout. As many as one receipt holds are read with a timeout
 * of 0: nothing is hidden. Of a longer queue SQS would give the first ones over and over, so there each is hidden for two
 * seconds, in which a redrive by hand may pass it over, and the alarm counts it all the same (it adds what is being read).
 * What a reading changes for good is the receive count, which means nothing here: the queue has no dead letter queue.
 */
export async function readLetters({ count, receive }: ReadDeps): Promise<ReadLetters> {
  const { visible: waiting, hidden: beingRead } = await count();
  const { hiddenSeconds, receives } = planReading(waiting);
  const messages = new Map<string, QueueMessage>();
  for (let received = 0; received < receives; received += 1) {
    const batch = await receive(hiddenSeconds);
    for (const message of batch) messages.set(message.id, message);
    if (batch.length === 0 || messages.size >= waiting) break;
  }
  return { messages: [...messages.values()], waiting: Math.max(waiting, messages.size), beingRead };
}

/** A receipt may hold fewer messages than there are, so it is asked for a few times. */
export const planReading = (waiting: number): { hiddenSeconds: number; receives: number } =>
  waiting <= RECEIVE_SIZE ? { hiddenSeconds: 0, receives: 3 } : { hiddenSeconds: 2, receives: 10 };
