import type { TopicPlan } from './plan-record.ts';
import type { FieldValueTransformer } from './post-processors/field-value-transformer.ts';
import { type SinkConfig, sinkConfig, topicProperties } from './properties.ts';
import { rateLimiter } from './rate-limiter.ts';
import type { TimeSeries } from './time-series/collections.ts';
import { type PlanDeps, toPlan } from './to-topic-plan.ts';
import { effectiveProperties, overridesOf } from './topic-overrides.ts';
import { subscription } from './topics.ts';
import { makeTransformer, type Transformers } from './transformers.ts';

export type ErrorRules = { readonly tolerance: 'none' | 'data' | 'all'; readonly isLogged: boolean };

/** One topic's part of the configuration. */
export type TopicSettings = {
  readonly plan: TopicPlan;
  /** Of what the connector itself does with a record. */
  readonly errors: ErrorRules;
  /** Of what Kafka Connect does with it before. */
  readonly conversionErrors: ErrorRules;
  readonly maxBatchSize: number;
  readonly isOrdered: boolean;
  readonly rejectsMissing: boolean;
  readonly parksKeys: boolean;
  readonly timeSeries: TimeSeries | undefined;
  /** Counts a batch; milliseconds to wait after it. Nothing: the topic has no limit. */
  readonly pauseAfterBatch: (() => number) | undefined;
};

export type SettingsDeps = PlanDeps & { readonly transformers: Transformers };

/**
 * Settings by topic, made once each; nothing for a topic that the connector does not read.
 *
 * @throws ConfigError where a topic's transformer can't be made.
 */
export function topicSettings(config: SinkConfig, deps: SettingsDeps): (topic: string) => TopicSettings | undefined {
  const known = new Map<string, TopicSettings>();
  const isSubscribed = subscription(config);
  const found = overridesOf(config.originals, config.topics, Object.keys(topicProperties));
  return (topic) => {
    const settings = known.get(topic);
    if (settings) return settings;
    if (!isSubscribed(topic)) return undefined;
    const own = found.overrides.has(topic)
      ? sinkConfig.parse(effectiveProperties(config.originals, topic, found.overrides))
      : config;
    const transformer = makeTransformer(
      own,
      effectiveProperties(config.originals, topic, found.all),
      deps.transformers,
    );
    const made = toSettings(own, transformer, deps);
    known.set(topic, made);
    return made;
  };
}

function toSettings(config: SinkConfig, transformer: FieldValueTransformer | undefined, deps: PlanDeps): TopicSettings {
  const { rateLimitingEveryN, rateLimitingTimeout, timeseriesTimefield } = config;
  const isLimited = rateLimitingEveryN > 0 && rateLimitingTimeout > 0;
  const plan = toPlan(config, transformer, deps);
  return {
    plan,
    errors: {
      tolerance: 'mongo.errors.tolerance' in config.originals ? config.mongoErrorsTolerance : config.errorsTolerance,
      isLogged: 'mongo.errors.log.enable' in config.originals ? config.mongoErrorsLogEnable : config.errorsLogEnable,
    },
    conversionErrors: { tolerance: config.errorsTolerance, isLogged: config.errorsLogEnable },
    maxBatchSize: config.maxBatchSize,
    isOrdered: config.bulkWriteOrdered,
    rejectsMissing: config.updateMissing === 'reject',
    parksKeys: parksKeys(config, plan.isByBusinessKey),
    timeSeries:
      timeseriesTimefield === ''
        ? undefined
        : {
            timeField: timeseriesTimefield,
            metaField: config.timeseriesMetafield,
            granularity: config.timeseriesGranularity,
            expireAfterSeconds: config.timeseriesExpireAfterSeconds,
          },
    pauseAfterBatch: isLimited ? rateLimiter(rateLimitingEveryN, rateLimitingTimeout) : undefined,
  };
}

/** Without an `_id` in the writes a key says little about the document, so parking has to be asked for. */
function parksKeys({ errorsParkKeys, originals, timeseriesTimefield }: SinkConfig, isByBusinessKey: boolean): boolean {
  return errorsParkKeys && ('errors.park.keys' in originals || !(isByBusinessKey || timeseriesTimefield !== ''));
}
