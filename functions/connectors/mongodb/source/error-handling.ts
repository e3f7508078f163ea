import type { SourceConfig } from './properties.ts';

export type ErrorHandling = {
  /** An event that cannot be a record is left out and does not stop the connector. */
  readonly tolerates: boolean;
  readonly logs: boolean;
  /** Topic for events that are left out; empty: none. */
  readonly deadLetterTopic: string;
};

/** `mongo.errors.*` wins over `errors.*` where its name stands in the file, even with an empty value. */
export function errorHandlingOf(config: SourceConfig): ErrorHandling {
  const has = (property: string) => property in config.originals;
  const tolerance = has('mongo.errors.tolerance') ? config.mongoErrorsTolerance : config.errorsTolerance;
  const log = has('mongo.errors.log.enable') ? config.mongoErrorsLogEnable : config.errorsLogEnable;
  const topic = has('mongo.errors.deadletterqueue.topic.name')
    ? config.mongoErrorsDeadletterqueueTopicName
    : config.errorsDeadletterqueueTopicName;
  const tolerates = tolerance === 'all';
  return { tolerates, logs: !tolerates || log, deadLetterTopic: topic };
}
