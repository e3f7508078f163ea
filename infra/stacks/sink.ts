import { type App, Stack } from 'aws-cdk-lib';
import type { Bundles } from '../bundles.ts';
import { ReplayFunction } from '../constructs/replay-function.ts';
import { SinkFunction } from '../constructs/sink-function.ts';
import type { CloudEnvironment } from '../environment.ts';
import type { Kafka } from './kafka.ts';
import type { NetworkStack } from './network.ts';
import { stackPropsOf } from './stack-props.ts';
import { replayTimeoutOf, type StateStack } from './state.ts';

type Props = {
  readonly environment: CloudEnvironment;
  readonly bundles: Bundles;
  readonly network: NetworkStack;
  readonly kafka: Kafka;
  readonly state: StateStack;
};

/** An event source mapping, for what watches it. */
export type WatchedMapping = { readonly connector: string; readonly topic: string; readonly mappingId: string };

/** One function per sink connector with its event source mappings, and the replay function that calls them. */
export class SinkStack extends Stack {
  readonly mappings: readonly WatchedMapping[];

  constructor(app: App, id: string, { bundles, environment, kafka, network, state }: Props) {
    super(app, id, stackPropsOf(environment, 'sink', 'sink connectors and replay'));
    // a topic has to be there before a mapping reads it
    if (kafka.stack) this.addStackDependency(kafka.stack);
    const { name, settings, sinks } = environment;
    const functions = sinks.map((sink) => ({
      connector: sink.name,
      sink: new SinkFunction(this, `connector-${sink.name}`, {
        environment: name,
        settings,
        sink,
        bundle: bundles.sink(sink.name),
        clusterArn: kafka.clusterArn,
        network: network.network,
        securityGroup: network.securityGroups.sinkFunction,
        table: state.table,
        deadLetters: state.deadLetters,
        claimChecks: state.claimChecks,
      }),
    }));
    new ReplayFunction(this, 'replay-function', {
      environment: name,
      settings,
      bundle: bundles.replay,
      timeout: replayTimeoutOf(settings),
      replayQueue: state.replay,
      sinkFunctionArns: functions.map(({ sink }) => sink.function.functionArn),
    });
    this.mappings = functions.flatMap(({ connector, sink }) =>
      sink.mappings.map(({ mappingId, topic }) => ({ connector, topic, mappingId })),
    );
  }
}
