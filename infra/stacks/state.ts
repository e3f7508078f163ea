import { type App, Duration, Stack } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { ClaimCheckBucket } from '../constructs/claim-check-bucket.ts';
import { DeadLetterQueues } from '../constructs/dead-letter-queues.ts';
import { PositionTable } from '../constructs/position-table.ts';
import type { CloudEnvironment } from '../environment.ts';
import type { EnvironmentSettings } from '../environment-schema.ts';
import { namesOf } from '../names.ts';
import { stackPropsOf } from './stack-props.ts';

/** What must outlive every deployment: positions, dead letters, large values. All of it is retained. */
export class StateStack extends Stack {
  readonly table: TableV2;
  readonly deadLetters: Queue;
  readonly replay: Queue;
  readonly claimChecks: Bucket;

  constructor(app: App, id: string, environment: CloudEnvironment) {
    super(app, id, stackPropsOf(environment, 'state', 'positions, dead letters, large values', { holdsData: true }));
    const { name, settings } = environment;
    const names = namesOf(name);
    const { deletionProtection, retention } = settings;
    this.table = new PositionTable(this, 'positions', { tableName: names.table, deletionProtection }).table;
    const queues = new DeadLetterQueues(this, 'queues', {
      deadLetterQueueName: names.deadLetterQueue,
      replayQueueName: names.replayQueue,
      replayTimeout: replayTimeoutOf(settings),
    });
    this.deadLetters = queues.deadLetters;
    this.replay = queues.replay;
    this.claimChecks = new ClaimCheckBucket(this, 'claim-check', { topicHours: retention.topicHours }).bucket;
  }
}

/** A replay waits for the whole put of its sink. */
export const replayTimeoutOf = ({ sink }: EnvironmentSettings): Duration => Duration.seconds(sink.timeoutSeconds + 30);
