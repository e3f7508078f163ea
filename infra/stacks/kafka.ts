import { type App, Stack } from 'aws-cdk-lib';
import { MskCluster } from '../constructs/msk-cluster.ts';
import { Topics } from '../constructs/topics.ts';
import type { CloudEnvironment } from '../environment.ts';
import type { NetworkStack } from './network.ts';
import { stackPropsOf } from './stack-props.ts';

/** The cluster, made or existing, and the topics that it can have as resources. */
export class KafkaStack extends Stack {
  readonly clusterArn: string;

  constructor(app: App, id: string, environment: CloudEnvironment, { network, securityGroups }: NetworkStack) {
    super(app, id, stackPropsOf(environment, 'kafka', 'cluster and topics', { holdsData: true }));
    const { name, settings } = environment;
    const { kafka, topics } = settings;
    this.clusterArn =
      kafka.kind === 'existing'
        ? kafka.clusterArn
        : new MskCluster(this, 'cluster', {
            name: `tailrace-${name}`,
            settings,
            kafka,
            subnetIds: network.subnets.map(({ subnetId }) => subnetId),
            securityGroupId: securityGroups.kafka.securityGroupId,
          }).clusterArn;
    // Serverless has no interface for topics: source tasks make theirs, by topic.creation.*
    if (kafka.kind !== 'serverless') new Topics(this, 'topics', { clusterArn: this.clusterArn, topics });
  }
}
