import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { EnvironmentSettings } from '../environment-schema.ts';
import { namesOf } from '../names.ts';
import { NodeFunction } from './node-function.ts';

type Props = { readonly environment: string; readonly settings: EnvironmentSettings; readonly bundle: string };

/**
 * The function behind the dashboard's list of dead letters. It may look at the one queue, and needs nothing of the VPC;
 * CloudWatch calls it with the rights of who looks at the dashboard.
 */
export class WidgetFunction extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, { bundle, environment, settings }: Props) {
    super(scope, id);
    const { deadLetterQueue, replayQueue, widgetFunction } = namesOf(environment);
    // by its name, as metrics and the command find it: an export would tie the stacks together
    const queueArn = Stack.of(this).formatArn({ service: 'sqs', resource: deadLetterQueue });
    const queue = Queue.fromQueueArn(this, 'dead-letters', queueArn);
    const host = new NodeFunction(this, 'host', {
      functionName: widgetFunction,
      description: 'Shows the newest dead letters on the dashboard',
      settings,
      bundle,
      // ten receipts of a second each, and a cold start
      timeout: Duration.seconds(20),
      memoryMiB: 256,
      variables: {
        TAILRACE_ENVIRONMENT: environment,
        TAILRACE_DEAD_LETTER_QUEUE_URL: queue.queueUrl,
        TAILRACE_REPLAY_QUEUE: replayQueue,
      },
    });
    host.role.addToPolicy(
      new PolicyStatement({ actions: ['sqs:ReceiveMessage', 'sqs:GetQueueAttributes'], resources: [queueArn] }),
    );
    this.function = host.function;
  }
}
