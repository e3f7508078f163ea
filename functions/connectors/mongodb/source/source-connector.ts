import type { SourceConnector } from '../../../connect/connector.ts';
import { errorHandlingOf } from './error-handling.ts';
import { fingerprintOf } from './fingerprint.ts';
import { poll } from './poll.ts';
import { mongodbSourceConfig, type SourceConfig } from './properties.ts';
import { partitionOf } from './source-partition.ts';
import { createTopicMapper } from './topic-mapper.ts';

/** Change streams of MongoDB, as `com.mongodb.kafka.connect.MongoSourceConnector` publishes them. */
export const mongodbSource: SourceConnector<SourceConfig> = {
  config: mongodbSourceConfig,
  partitionOf,
  fingerprintOf,
  knownTopics,
  poll: (config, start, deps, signal) => poll(config, start, deps, signal),
};

function knownTopics(config: SourceConfig): readonly string[] {
  const { database, collection, heartbeatIntervalMs, heartbeatTopicName } = config;
  const { tolerates, deadLetterTopic } = errorHandlingOf(config);
  return [
    // without a collection the topics depend on what there is
    collection === '' ? '' : createTopicMapper(config)({ database, collection }),
    heartbeatIntervalMs > 0 ? heartbeatTopicName : '',
    tolerates ? deadLetterTopic : '',
  ].filter((topic) => topic !== '');
}
