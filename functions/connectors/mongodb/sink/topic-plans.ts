import { ConfigError } from '../../../connect/errors.ts';
import type { CdcHandler } from './cdc/cdc-handler.ts';
import { cdcHandlers } from './cdc/cdc-handlers.ts';
import { simpleNameOf } from './class-names.ts';
import { type IdStrategy, idStrategies } from './id-strategies.ts';
import type { NamespacePaths } from './namespace-mapper.ts';
import type { TopicPlan } from './plan-record.ts';
import { type SinkConfig, sinkConfig, topicProperties } from './properties.ts';
import { effectiveProperties, overridesOf } from './topic-overrides.ts';
import { subscription } from './topics.ts';
import { type WriteModelStrategy, writeModelStrategies } from './write-model-strategies.ts';

export type Tolerance = 'none' | 'data' | 'all';

/** One topic's part of the configuration. */
export type TopicSettings = {
  readonly plan: TopicPlan;
  readonly tolerance: Tolerance;
  readonly maxBatchSize: number;
  readonly isOrdered: boolean;
  readonly logsErrors: boolean;
  readonly rejectsMissing: boolean;
};

/** Settings by topic, made once each; nothing for a topic that the connector does not read. */
export function topicSettings(
  config: SinkConfig,
  random: (count: number) => Uint8Array,
): (topic: string) => TopicSettings | undefined {
  const known = new Map<string, TopicSettings>();
  const isSubscribed = subscription(config);
  const { overrides } = overridesOf(config.originals, config.topics, Object.keys(topicProperties));
  return (topic) => {
    const settings = known.get(topic);
    if (settings) return settings;
    if (!isSubscribed(topic)) return undefined;
    const own = overrides.has(topic)
      ? sinkConfig.parse(effectiveProperties(config.originals, topic, overrides))
      : config;
    const made = toSettings(own, random);
    known.set(topic, made);
    return made;
  };
}

function toSettings(config: SinkConfig, random: (count: number) => Uint8Array): TopicSettings {
  return {
    plan: toPlan(config, random),
    tolerance: 'mongo.errors.tolerance' in config.originals ? config.mongoErrorsTolerance : config.errorsTolerance,
    maxBatchSize: config.maxBatchSize,
    isOrdered: config.bulkWriteOrdered,
    rejectsMissing: config.updateMissing === 'reject',
    logsErrors: 'mongo.errors.log.enable' in config.originals ? config.mongoErrorsLogEnable : config.errorsLogEnable,
  };
}

function toPlan(config: SinkConfig, random: (count: number) => Uint8Array): TopicPlan {
  const deleteStrategy = simpleNameOf(config.deleteWritemodelStrategy);
  return {
    fixed: { database: config.database, collection: config.collection },
    paths: toPaths(config),
    cdcHandler: toHandler(config.changeDataCaptureHandler),
    removesNulls: config.changeDataCaptureHandlerRemoveNullValues,
    idStrategy: built(idStrategies, simpleNameOf(config.documentIdStrategy)) as IdStrategy,
    idOptions: {
      uuidFormat: config.documentIdStrategyUuidFormat,
      ...(config.documentIdStrategyRandom && { random }),
    },
    overwritesId: config.documentIdStrategyOverwriteExisting,
    writeModelStrategy: built(writeModelStrategies, simpleNameOf(config.writemodelStrategy)) as WriteModelStrategy,
    deletesOnNull: config.deleteOnNullValues,
    deleteStrategy:
      deleteStrategy === 'DeleteOneDefaultStrategy'
        ? undefined
        : (built(writeModelStrategies, deleteStrategy) as WriteModelStrategy),
  };
}

/** Nothing where values are documents. */
const toHandler = (name: string): CdcHandler | undefined =>
  name === '' ? undefined : cdcHandlers[built(cdcHandlers, name)];

/** The validation already refused what is not built; this only keeps the two tables from drifting apart. */
function built(table: object, name: string): string {
  if (Object.hasOwn(table, name)) return name;
  throw new ConfigError([{ property: '', message: `Not built yet: ${name}` }], 'CONFIG_NOT_BUILT');
}

function toPaths(config: SinkConfig): NamespacePaths | undefined {
  if (simpleNameOf(config.namespaceMapper) !== 'FieldPathNamespaceMapper') return undefined;
  const path = (key: string, value: string) =>
    key !== ''
      ? ({ side: 'key', path: key } as const)
      : value !== ''
        ? ({ side: 'value', path: value } as const)
        : undefined;
  return {
    database: path(config.namespaceMapperKeyDatabaseField, config.namespaceMapperValueDatabaseField),
    collection: path(config.namespaceMapperKeyCollectionField, config.namespaceMapperValueCollectionField),
    isStrict: config.namespaceMapperErrorIfInvalid,
  };
}
