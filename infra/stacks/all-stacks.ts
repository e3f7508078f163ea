import type { App } from 'aws-cdk-lib';
import type { Bundles } from '../bundles.ts';
import type { CloudEnvironment } from '../environment.ts';
import { type KafkaStack, makeKafka } from './kafka.ts';
import { NetworkStack } from './network.ts';
import { ObservabilityStack } from './observability.ts';
import { SinkStack } from './sink.ts';
import { SourceStack } from './source.ts';
import { StateStack } from './state.ts';

export type Stacks = {
  readonly network: NetworkStack;
  /** Absent where cluster and topics are there already. */
  readonly kafka?: KafkaStack;
  readonly state: StateStack;
  readonly source: SourceStack;
  readonly sink: SinkStack;
  readonly observability: ObservabilityStack;
};

/** The stacks of one environment. Ids are the same in every environment, so that templates can be compared. */
export function makeStacks(app: App, environment: CloudEnvironment, bundles: Bundles): Stacks {
  const network = new NetworkStack(app, 'network', environment);
  const kafka = makeKafka(app, { environment, bundles, network });
  const state = new StateStack(app, 'state', environment);
  const from = { environment, bundles, network, kafka, state };
  const source = new SourceStack(app, 'source', from);
  const sink = new SinkStack(app, 'sink', from);
  const observability = new ObservabilityStack(app, 'observability', { environment, bundles, sink });
  return { network, ...(kafka.stack && { kafka: kafka.stack }), state, source, sink, observability };
}
