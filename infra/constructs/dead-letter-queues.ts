import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** SQS keeps no message longer. */
export const DEAD_LETTER_DAYS = 14;
/** Tries of a replay before the dead letter goes back to its queue. */
const REPLAY_TRIES = 10;

type Props = {
  readonly deadLetterQueueName: string;
  readonly replayQueueName: string;
  /** Of the replay function. */
  readonly replayTimeout: Duration;
};

/**
 * The dead letter queue, and the replay queue whose dead letter queue it is.
 *
 * SQS redrives only a queue that is the dead letter queue of another one: that makes the console's "Start DLQ redrive"
 * usable, with the replay queue as its destination.
 */
export class DeadLetterQueues extends Construct {
  readonly deadLetters: Queue;
  readonly replay: Queue;

  constructor(scope: Construct, id: string, { deadLetterQueueName, replayQueueName, replayTimeout }: Props) {
    super(scope, id);
    const common = {
      retentionPeriod: Duration.days(DEAD_LETTER_DAYS),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
    };
    this.deadLetters = new Queue(this, 'dead-letters', { ...common, queueName: deadLetterQueueName });
    this.replay = new Queue(this, 'replay', {
      ...common,
      queueName: replayQueueName,
      // Lambda asks for at least the function's timeout; twice leaves room for a throttled start
      visibilityTimeout: Duration.seconds(2 * replayTimeout.toSeconds()),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: REPLAY_TRIES },
    });
  }
}
