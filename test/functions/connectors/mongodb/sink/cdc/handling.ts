import { lendMemory } from '../../../../../../functions/connect/put-memory.ts';
import type { SinkRecord } from '../../../../../../functions/connect/records.ts';
import { planRecord } from '../../../../../../functions/connectors/mongodb/sink/plan-record.ts';
import { sinkConfig } from '../../../../../../functions/connectors/mongodb/sink/properties.ts';
import { commandOf, toStatement } from '../../../../../../functions/connectors/mongodb/sink/statements.ts';
import { topicSettings } from '../../../../../../functions/connectors/mongodb/sink/topic-plans.ts';
import type { CaseRecord, Model } from '../conformance/case-file.ts';
import { toModel } from '../conformance/to-model.ts';
import { toRecord } from '../conformance/to-record.ts';
import { SETTINGS_DEPS } from '../settings-deps.ts';

type Properties = Readonly<Record<string, string>>;

/** What a handler of the peer, named from `cdc.` on, makes of one record: a model in canonical Extended JSON. */
export const handled = (handler: string, record: CaseRecord, properties: Properties = {}) =>
  handledData(handler, toRecord(record, 0), properties);

/** The same of a record with Connect's data. */
export function handledData(handler: string, record: SinkRecord, properties: Properties = {}) {
  const config = sinkConfig.parse({
    name: 'handling',
    'connector.class': 'MongoSinkConnector',
    topics: 't',
    database: 'db',
    'change.data.capture.handler': `com.mongodb.kafka.connect.sink.cdc.${handler}`,
    ...properties,
  });
  const { plan } = topicSettings(config, SETTINGS_DEPS)('t')!;
  const planned = planRecord(record, plan);
  return planned && 'model' in planned
    ? toModel(
        commandOf(planned.model),
        toStatement(planned.model, { topic: 't', partition: 0, offset: 0 }, lendMemory()),
      )
    : planned;
}

/** As `Model`s are compared: without what only their makers know. */
export const plain = (model: unknown): unknown => JSON.parse(JSON.stringify(model));

export const updateOne = (id: unknown, update: unknown, upsert = false): Model => ({
  op: 'updateOne',
  filter: { _id: id },
  update,
  upsert,
});
