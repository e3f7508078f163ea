import type { SourceConnector } from '../connect/connector.ts';
import type { SourceConfig as MongodbSourceConfig } from './mongodb/source/properties.ts';
import { mongodbSource } from './mongodb/source/source-connector.ts';

const CLASSES: Readonly<Record<string, SourceConnector<MongodbSourceConfig>>> = {
  'com.mongodb.kafka.connect.MongoSourceConnector': mongodbSource,
};

/** The source connector of a class name or of an alias of it, as Kafka Connect resolves them; nothing for others. */
export function sourceConnectorOf(connectorClass: string): SourceConnector<MongodbSourceConfig> | undefined {
  return Object.entries(CLASSES).find(([full]) => {
    const simple = full.slice(full.lastIndexOf('.') + 1);
    return [full, simple, simple.replace(/Connector$/, '')].includes(connectorClass);
  })?.[1];
}
