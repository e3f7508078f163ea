import { Duration } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { LoadedSink } from '../environment-connectors.ts';
import type { CloudSettings } from '../environment-schema.ts';
import { namesOf } from '../names.ts';
import { errorControlsOf } from '../pollers.ts';
import { partitionsOf } from '../reviews/reviewed.ts';
import { allowLargeValues, lettersOf, recordsOf } from './claim-check-access.ts';
import { consumingStatements } from './kafka-access.ts';
import { allowNetworkInterfaces } from './network-interfaces.ts';
import { NodeFunction } from './node-function.ts';
import { allowSecrets } from './secret-access.ts';
import { TopicMapping } from './topic-mapping.ts';
import type { PrivateNetwork } from './vpc.ts';

type Props = {
  readonly environment: string;
  readonly settings: CloudSettings;
  readonly sink: LoadedSink;
  readonly bundle: string;
  readonly clusterArn: string;
  readonly network: PrivateNetwork;
  readonly securityGroup: SecurityGroup;
  readonly table: TableV2;
  readonly deadLetters: Queue;
  readonly claimChecks: Bucket;
};

/** The function of one sink connector, and one event source mapping per topic. */
export class SinkFunction extends Construct {
  readonly function: LambdaFunction;
  readonly mappings: readonly TopicMapping[];

  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id);
    const { claimChecks, clusterArn, deadLetters, environment, network, securityGroup, settings, sink, table } = props;
    const functionName = namesOf(environment).sinkFunction(sink.name);
    const host = new NodeFunction(this, 'host', {
      functionName,
      description: `Sink connector ${sink.name}`,
      settings,
      bundle: props.bundle,
      timeout: Duration.seconds(settings.sink.timeoutSeconds),
      memoryMiB: settings.sink.memoryMiB,
      variables: {
        TAILRACE_ENVIRONMENT: environment,
        TAILRACE_CONNECTOR: sink.name,
        TAILRACE_TABLE: table.tableName,
        TAILRACE_DEAD_LETTER_QUEUE_URL: deadLetters.queueUrl,
        TAILRACE_CLAIM_CHECK_BUCKET: claimChecks.bucketName,
        TAILRACE_PARTIAL_RESPONSE: String(errorControlsOf(settings.sink).partialBatchResponse),
      },
      inside: { network, securityGroup },
    });
    const statements = [
      ...consumingStatements({
        clusterArn,
        topics: sink.subscriptions.map(({ topic }) => topic),
        consumerGroups: sink.subscriptions.map(({ consumerGroup }) => consumerGroup),
      }),
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] }),
      new PolicyStatement({
        actions: [
          'dynamodb:Query',
          'dynamodb:BatchGetItem',
          'dynamodb:GetItem',
          'dynamodb:PutItem',
          'dynamodb:DeleteItem',
        ],
        resources: [table.tableArn],
        // its own parked keys
        conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [sink.name] } },
      }),
    ];
    for (const statement of statements) host.role.addToPolicy(statement);
    allowLargeValues(host.role, claimChecks, {
      gets: [...recordsOf(sink.subscriptions.map(({ topic }) => topic)), lettersOf(sink.name)],
      puts: [lettersOf(sink.name)],
    });
    allowSecrets(host.role, sink.properties);
    allowNetworkInterfaces(host.role);
    this.function = host.function;
    this.mappings = sink.subscriptions.map(
      ({ consumerGroup, topic }) =>
        new TopicMapping(this, `topic-${topic}`, {
          target: host.function,
          clusterArn,
          topic,
          consumerGroup,
          startAt: sink.startAt,
          batchSize: sink.batchSize,
          windowSeconds: sink.windowSeconds,
          sinkSettings: settings.sink,
          partitions: partitionsOf(settings, topic),
          pollerGroupName: `tailrace-${environment}`,
        }),
    );
  }
}
