import type { ConnectorConfig } from '../functions/connect/connector-config.ts';
import { sinkConnectorOf } from '../functions/connectors/sinks.ts';
import { sourceConnectorOf } from '../functions/connectors/sources.ts';

/** What a connector class is and how its properties are declared. */
export type Connector = {
  readonly type: 'source' | 'sink';
  readonly config: Pick<ConnectorConfig<unknown>, 'properties' | 'validate'>;
  /** Class names of the modules that its properties name. */
  modules(properties: Readonly<Record<string, string>>): readonly string[];
};

/** The classes as sentences list them; each has aliases, as in Kafka Connect. */
export const KNOWN_CLASSES = [
  'com.mongodb.kafka.connect.MongoSourceConnector',
  'com.mongodb.kafka.connect.MongoSinkConnector',
] as const;

/** The connector of a class name or alias. */
export function connectorOf(connectorClass: string): Connector | undefined {
  const source = sourceConnectorOf(connectorClass);
  if (source) return { type: 'source', config: source.config, modules: () => [] };
  const sink = sinkConnectorOf(connectorClass);
  return sink && { type: 'sink', config: sink.config, modules: sink.modules };
}
