import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { EnvironmentSettings } from '../environment-schema.ts';
import { namesOf } from '../names.ts';
import { NodeFunction } from './node-function.ts';

type Props = {
  readonly environment: string;
  readonly settings: EnvironmentSettings;
  readonly bundle: string;
  readonly timeout: Duration;
  readonly replayQueue: Queue;
  readonly sinkFunctionArns: readonly string[];
};

/** Sends every message of the replay queue to the function of its sink. It needs nothing of the VPC. */
export class ReplayFunction extends Construct {
  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id);
    const { bundle, environment, replayQueue, settings, sinkFunctionArns, timeout } = props;
    const host = new NodeFunction(this, 'host', {
      functionName: namesOf(environment).replayFunction,
      description: 'Sends dead letters back to their sink',
      settings,
      bundle,
      timeout,
      memoryMiB: 256,
      variables: { TAILRACE_ENVIRONMENT: environment, TAILRACE_REPLAY_QUEUE_URL: replayQueue.queueUrl },
    });
    host.role.addToPolicy(
      new PolicyStatement({
        // a letter that waits for another one of its key is looked at again soon
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'],
        resources: [replayQueue.queueArn],
      }),
    );
    if (sinkFunctionArns.length > 0) {
      host.role.addToPolicy(
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [...sinkFunctionArns] }),
      );
    }
    new EventSourceMapping(this, 'mapping', {
      target: host.function,
      eventSourceArn: replayQueue.queueArn,
      // one put per message: a batch would have to fit several puts into one timeout
      batchSize: 1,
      // the least that Lambda takes: a redrive of thousands must not crowd out the topics
      maxConcurrency: 2,
      reportBatchItemFailures: true,
      maxBatchingWindow: Duration.seconds(0),
    });
  }
}
