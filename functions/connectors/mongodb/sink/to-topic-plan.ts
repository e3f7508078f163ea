import { ConfigError } from '../../../connect/errors.ts';
import type { CdcHandler } from './cdc/cdc-handler.ts';
import { cdcHandlers } from './cdc/cdc-handlers.ts';
import { simpleNameOf } from './class-names.ts';
import { type IdOptions, type IdStrategy, idStrategies, SHARED } from './id-strategies.ts';
import type { NamespacePaths } from './namespace-mapper.ts';
import type { TopicPlan } from './plan-record.ts';
import { allowList } from './post-processors/allow-list.ts';
import { blockList, type Projection } from './post-processors/block-list.ts';
import { chainOf } from './post-processors/chain.ts';
import type { FieldValueTransformer } from './post-processors/field-value-transformer.ts';
import { namesIn, stepsOf } from './post-processors/steps.ts';
import type { SinkConfig } from './properties.ts';
import { timeFieldConverter } from './time-series/time-field.ts';
import {
  deleteById,
  type WriteModelStrategy,
  type WriteRules,
  writeModelStrategies,
} from './write-model-strategies.ts';

export type PlanDeps = {
  /** As many random bytes. */
  random(count: number): Uint8Array;
  /** Milliseconds since 1970. */
  now(): number;
};

/** Looks up everything that a topic's records need, once. */
export function toPlan(config: SinkConfig, transformer: FieldValueTransformer | undefined, deps: PlanDeps): TopicPlan {
  const idStrategy = built(idStrategies, simpleNameOf(config.documentIdStrategy)) as IdStrategy;
  const options = toIdOptions(config, deps.random);
  const rules: WriteRules = {
    idStrategy,
    idOf: (source) => idStrategies[idStrategy](source, options),
    isTimeSeries: config.timeseriesTimefield !== '',
    now: deps.now,
  };
  const writing = built(writeModelStrategies, simpleNameOf(config.writemodelStrategy)) as WriteModelStrategy;
  const deleting = built(writeModelStrategies, simpleNameOf(config.deleteWritemodelStrategy)) as WriteModelStrategy;
  const shares = SHARED[idStrategy];
  const overwrites = config.documentIdStrategyOverwriteExisting;
  return {
    fixed: { database: config.database, collection: config.collection },
    paths: toPaths(config),
    cdcHandler: toHandler(config.changeDataCaptureHandler),
    removesNulls: config.changeDataCaptureHandlerRemoveNullValues,
    idOptions: options,
    chain: chainOf(stepsOf(config, { timeField: timeFieldOf(config), transformer }), {
      overwrites,
      shares,
      idOf: rules.idOf,
    }),
    isByBusinessKey: [writing, deleting].some((name) => name.includes('BusinessKey')),
    toWrite: (value, source) => writeModelStrategies[writing](value, source, rules),
    deletesOnNull: config.deleteOnNullValues,
    toDelete: (source) =>
      deleting === 'DeleteOneDefaultStrategy'
        ? deleteById(rules.idOf(source))
        : writeModelStrategies[deleting](undefined, source, rules),
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

function toIdOptions(config: SinkConfig, random: PlanDeps['random']): IdOptions {
  const part = (type: string, list: string): Projection =>
    (/^(?:allow|white)list$/i.test(type) ? allowList : blockList)(namesIn(list));
  return {
    uuidFormat: config.documentIdStrategyUuidFormat,
    ...(config.documentIdStrategyRandom && { random }),
    // empty ones fall back, each for itself
    projections: {
      key: part(
        config.documentIdStrategyPartialKeyProjectionType || config.keyProjectionType,
        config.documentIdStrategyPartialKeyProjectionList || config.keyProjectionList,
      ),
      value: part(
        config.documentIdStrategyPartialValueProjectionType || config.valueProjectionType,
        config.documentIdStrategyPartialValueProjectionList || config.valueProjectionList,
      ),
    },
  };
}

function timeFieldOf(config: SinkConfig): Projection | undefined {
  if (config.timeseriesTimefield === '' || !config.timeseriesTimefieldAutoConvert) return undefined;
  return timeFieldConverter(
    config.timeseriesTimefield,
    config.timeseriesTimefieldAutoConvertDateFormat,
    config.timeseriesTimefieldAutoConvertLocaleLanguageTag,
  );
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
