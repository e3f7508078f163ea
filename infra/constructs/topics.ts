import { RemovalPolicy } from 'aws-cdk-lib';
import { CfnTopic } from 'aws-cdk-lib/aws-msk';
import { Construct } from 'constructs';
import type { TopicSettings } from '../environment-schema.ts';

type Props = { readonly clusterArn: string; readonly topics: readonly TopicSettings[] };

/**
 * Topics as resources. Retained: CloudFormation would replace a topic, records and all, where its replication factor
 * changes, and delete it where it leaves the file.
 */
export class Topics extends Construct {
  constructor(scope: Construct, id: string, { clusterArn, topics }: Props) {
    super(scope, id);
    for (const { name, partitions, replicationFactor } of topics.filter(({ existing }) => !existing)) {
      new CfnTopic(this, name, {
        clusterArn,
        topicName: name,
        partitionCount: partitions,
        replicationFactor,
      }).applyRemovalPolicy(RemovalPolicy.RETAIN);
    }
  }
}
