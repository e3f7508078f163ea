import { lendMemory } from '../../../../../functions/connect/put-memory.ts';
import { planRecord } from '../../../../../functions/connectors/mongodb/sink/plan-record.ts';
import { sinkConfig } from '../../../../../functions/connectors/mongodb/sink/properties.ts';
import { commandOf, toStatement } from '../../../../../functions/connectors/mongodb/sink/statements.ts';
import { type SettingsDeps, topicSettings } from '../../../../../functions/connectors/mongodb/sink/topic-plans.ts';
import type { CaseRecord, Model } from './conformance/case-file.ts';
import { toModel } from './conformance/to-model.ts';
import { toRecord } from './conformance/to-record.ts';
import { SETTINGS_DEPS } from './settings-deps.ts';

const SINK = 'com.mongodb.kafka.connect.sink';
export const ID = `${SINK}.processor.id.strategy`;
export const WRITE = `${SINK}.writemodel.strategy`;

/** The class names of a chain, from `processor.` on. */
export const chain = (...names: readonly string[]): Readonly<Record<string, string>> => ({
  'post.processor.chain': names.map((name) => `${SINK}.processor.${name}`).join(),
});

/** What a sink with these properties makes of one record, as a model in canonical Extended JSON. */
export function planned(
  properties: Readonly<Record<string, string>>,
  record: CaseRecord,
  deps: Partial<SettingsDeps> = {},
): Model {
  const config = sinkConfig.parse({
    name: 'planned',
    'connector.class': 'MongoSinkConnector',
    topics: 't',
    database: 'db',
    ...properties,
  });
  const { plan } = topicSettings(config, { ...SETTINGS_DEPS, ...deps })('t')!;
  const write = planRecord(toRecord(record, 0), plan);
  if (!write || !('model' in write)) throw new TypeError('Expected a write');
  const model = toModel(
    commandOf(write.model),
    toStatement(write.model, { topic: 't', partition: 0, offset: 0 }, lendMemory()),
  );
  // without what only their makers know
  return JSON.parse(JSON.stringify(model)) as Model;
}

/** The document that a record with this value becomes. */
export const written = (
  properties: Readonly<Record<string, string>>,
  value: string,
  deps: Partial<SettingsDeps> = {},
): unknown => planned(properties, { value }, deps).replacement;
