import { connectorConfig, joinReviews } from '../../../connect/connector-config.ts';
import { reviewConverters } from '../../../connect/converters/configure-converters.ts';
import { notBuiltProperties, sinkFamilies, sinkProperties } from '../../../connect/framework-properties.ts';
import { cdcProperties } from './properties-cdc.ts';
import { chainProperties } from './properties-chain.ts';
import { connectionProperties } from './properties-connection.ts';
import { encryptionProperties } from './properties-encryption.ts';
import { namespaceProperties } from './properties-namespace.ts';
import { timeSeriesProperties } from './properties-time-series.ts';
import { writeProperties } from './properties-writes.ts';
import { reviewSink } from './review.ts';

/** The properties that `topic.override.<topic>.` may have. */
export const topicProperties = {
  ...namespaceProperties,
  ...writeProperties,
  ...chainProperties,
  ...cdcProperties,
  ...timeSeriesProperties,
};

/** Every property of the sink, with the peer's names, defaults and words. */
export const sinkConfig = connectorConfig({
  properties: { ...sinkProperties, ...connectionProperties, ...encryptionProperties, ...topicProperties },
  families: { ...sinkFamilies, 'consumer.override.': sinkFamilies['consumer.override.'] },
  notBuilt: notBuiltProperties,
  review: (config) => joinReviews(reviewConverters(config), reviewSink(config, topicProperties)),
});

export type SinkConfig = ReturnType<typeof sinkConfig.parse>;
