import { CustomResource, Duration } from 'aws-cdk-lib';
import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { EnvironmentSettings } from '../environment-schema.ts';
import { namesOf } from '../names.ts';
import { retentionMsOf } from '../retention.ts';
import { topicMakingStatements } from './kafka-access.ts';
import { allowNetworkInterfaces } from './network-interfaces.ts';
import { NodeFunction } from './node-function.ts';
import type { PrivateNetwork } from './vpc.ts';

type Props = {
  readonly environment: string;
  readonly settings: EnvironmentSettings;
  /** Folder with `index.mjs`. */
  readonly bundle: string;
  readonly clusterArn: string;
  readonly network: PrivateNetwork;
  readonly securityGroup: ISecurityGroup;
};

/** Room for a role whose rights have to spread, and for a cluster that has just been made. */
const TIMEOUT = Duration.minutes(5);

/**
 * Topics of a cluster that has no topic resource, or may have none: a function of the deployment makes them, signed in by
 * IAM from within the VPC. It never deletes a topic, and only raises a number of partitions.
 */
export class MadeTopics extends Construct {
  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id);
    const { bundle, clusterArn, environment, network, securityGroup, settings } = props;
    const topics = settings.topics.filter(({ existing }) => !existing);
    const host = new NodeFunction(this, 'host', {
      functionName: namesOf(environment).topicsFunction,
      description: 'Makes declared topics at a deployment',
      settings,
      bundle,
      timeout: TIMEOUT,
      memoryMiB: 256,
      variables: { TAILRACE_ENVIRONMENT: environment },
      inside: { network, securityGroup },
    });
    const names = topics.map(({ name }) => name);
    for (const statement of topicMakingStatements({ clusterArn, topics: names })) host.role.addToPolicy(statement);
    allowNetworkInterfaces(host.role);
    new CustomResource(this, 'topics', {
      serviceToken: host.function.functionArn,
      resourceType: 'Custom::TailraceTopics',
      // without it CloudFormation waits an hour for a function that can't answer
      serviceTimeout: TIMEOUT.plus(Duration.minutes(1)),
      properties: {
        ClusterArn: clusterArn,
        Topics: topics.map(({ name, partitions, replicationFactor }) => ({
          Name: name,
          Partitions: partitions,
          ReplicationFactor: replicationFactor,
          Configs: { 'retention.ms': String(retentionMsOf(settings.retention)) },
        })),
      },
    });
  }
}
