import { type ConfigOf, connectorConfig, joinReviews } from '../../../connect/connector-config.ts';
import { reviewConverters } from '../../../connect/converters/configure-converters.ts';
import { notBuiltProperties, sourceFamilies, sourceProperties } from '../../../connect/framework-properties.ts';
import { changeStreamProperties } from './properties-change-stream.ts';
import { connectionProperties } from './properties-connection.ts';
import { errorProperties } from './properties-errors.ts';
import { outputProperties } from './properties-output.ts';
import { startupProperties } from './properties-startup.ts';
import { topicProperties } from './properties-topics.ts';
import { reviewConfig } from './review-config.ts';

const properties = {
  ...sourceProperties,
  ...connectionProperties,
  ...changeStreamProperties,
  ...topicProperties,
  ...outputProperties,
  ...startupProperties,
  ...errorProperties,
};

export type SourceConfig = ConfigOf<typeof properties>;

/** Every property of the MongoDB source: the peer's names, defaults, validation and words. */
export const mongodbSourceConfig = connectorConfig({
  properties,
  families: sourceFamilies,
  notBuilt: notBuiltProperties,
  review: (config) => joinReviews(reviewConverters(config), reviewConfig(config)),
});
