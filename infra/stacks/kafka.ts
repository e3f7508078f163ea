import { type App, Stack } from 'aws-cdk-lib';
import type { Bundles } from '../bundles.ts';
import { MadeTopics } from '../constructs/made-topics.ts';
import { MskCluster } from '../constructs/msk-cluster.ts';
import { Topics } from '../constructs/topics.ts';
import type { CloudEnvironment } from '../environment.ts';
import { topicMakerOf } from '../topic-makers.ts';
import type { NetworkStack } from './network.ts';
import { stackPropsOf } from './stack-props.ts';

type Props = {
  readonly environment: CloudEnvironment;
  readonly bundles: Bundles;
  readonly network: NetworkStack;
};

/** The cluster, made or existing, and the topics that are declared on it. */
export class KafkaStack extends Stack {
  readonly clusterArn: string;

  constructor(app: App, id: string, { bundles, environment, network: { network, securityGroups } }: Props) {
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
    const maker = topicMakerOf(settings);
    if (maker === 'resources') new Topics(this, 'topics', { clusterArn: this.clusterArn, topics });
    if (maker === 'function') {
      new MadeTopics(this, 'made-topics', {
        environment: name,
        settings,
        bundle: bundles.topics,
        clusterArn: this.clusterArn,
        network,
        securityGroup: securityGroups.topicsFunction,
      });
    }
  }
}

/** The cluster, and the stack that it or its topics are in: none where both are there already. */
export type Kafka = { readonly clusterArn: string; readonly stack: KafkaStack | undefined };

/** CloudFormation takes no stack without a resource. */
export function makeKafka(app: App, props: Props): Kafka {
  const { settings } = props.environment;
  if (settings.kafka.kind === 'existing' && topicMakerOf(settings) === 'nobody') {
    return { clusterArn: settings.kafka.clusterArn, stack: undefined };
  }
  const stack = new KafkaStack(app, 'kafka', props);
  return { clusterArn: stack.clusterArn, stack };
}
