import { type App, Stack } from 'aws-cdk-lib';
import { Cluster, ContainerInsights } from 'aws-cdk-lib/aws-ecs';
import type { Bundles } from '../bundles.ts';
import { SourceService } from '../constructs/source-service.ts';
import type { CloudEnvironment } from '../environment.ts';
import type { Kafka } from './kafka.ts';
import type { NetworkStack } from './network.ts';
import { stackPropsOf } from './stack-props.ts';
import type { StateStack } from './state.ts';

type Props = {
  readonly environment: CloudEnvironment;
  readonly bundles: Bundles;
  readonly network: NetworkStack;
  readonly kafka: Kafka;
  readonly state: StateStack;
};

/** One ECS service per source connector. */
export class SourceStack extends Stack {
  constructor(app: App, id: string, { bundles, environment, kafka, network, state }: Props) {
    super(app, id, stackPropsOf(environment, 'source', 'source connectors'));
    // a topic has to be there before a task writes to it
    if (kafka.stack) this.addStackDependency(kafka.stack);
    const { name, settings, sources } = environment;
    const cluster = new Cluster(this, 'cluster', {
      clusterName: `tailrace-${name}`,
      vpc: network.network.vpc,
      containerInsightsV2: ContainerInsights.ENABLED,
    });
    for (const source of sources) {
      new SourceService(this, `connector-${source.name}`, {
        environment: name,
        settings,
        source,
        bundle: bundles.source(source.name),
        cluster,
        clusterArn: kafka.clusterArn,
        network: network.network,
        securityGroup: network.securityGroups.task,
        table: state.table,
        deadLetters: state.deadLetters,
        claimChecks: state.claimChecks,
      });
    }
  }
}
