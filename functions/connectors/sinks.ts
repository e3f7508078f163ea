import type { SinkConnector } from '../connect/connector.ts';
import { mongodbSink } from './mongodb/sink/mongodb-sink.ts';
import type { SinkConfig } from './mongodb/sink/properties.ts';

const CLASSES: Readonly<Record<string, SinkConnector<SinkConfig>>> = {
  'com.mongodb.kafka.connect.MongoSinkConnector': mongodbSink,
};

/** The sink connector of a Java class name or one of its aliases (`MongoSinkConnector`, `MongoSink`); nothing if there is none. */
export function sinkConnectorOf(connectorClass: string): SinkConnector<SinkConfig> | undefined {
  const full = Object.keys(CLASSES).find((name) => {
    const simple = name.slice(name.lastIndexOf('.') + 1);
    return connectorClass === name || connectorClass === simple || `${connectorClass}Connector` === simple;
  });
  return full === undefined ? undefined : CLASSES[full];
}
