import { expect, test } from 'vitest';
import { planPut } from '../../../../../functions/connectors/mongodb/sink/plan-put.ts';
import { sinkConfig } from '../../../../../functions/connectors/mongodb/sink/properties.ts';
import { topicSettings } from '../../../../../functions/connectors/mongodb/sink/topic-plans.ts';
import { toRecord } from './conformance/to-record.ts';
import { WRITE } from './planned.ts';
import { SETTINGS_DEPS } from './settings-deps.ts';

const VALUES = [1, 2, 3].map((id) => `{"_id": ${id}, "text": "${'abc'[id - 1]!.repeat(id * 9000)}"}`);
const CHANGES = VALUES.map(
  (document, index) =>
    `{"operationType": "${['insert', 'replace', 'update'][index]}", "documentKey": {"_id": ${index + 1}}, "fullDocument": ${document}}`,
);

/** The statements of a put of these values. */
function statementsOf(properties: Readonly<Record<string, string>>, values: readonly string[]): string[] {
  const base = { name: 'planned', 'connector.class': 'MongoSinkConnector', topics: 't', database: 'db' };
  const settingsOf = topicSettings(sinkConfig.parse({ ...base, ...properties }), SETTINGS_DEPS);
  const records = values.map((value, offset) => ({ ...toRecord({ value }, 0), offset }));
  const plan = planPut(records, settingsOf);
  const writes = plan.namespaces.flatMap(({ batches }) => batches.flatMap((batch) => batch.writes));
  return writes.map(({ statement }) => Buffer.from(statement).toString('hex'));
}

test.each([
  ['replaces', {}, VALUES],
  ['inserts', { 'writemodel.strategy': `${WRITE}.InsertOneDefaultStrategy` }, VALUES],
  [
    'changes',
    { 'change.data.capture.handler': 'com.mongodb.kafka.connect.sink.cdc.mongodb.ChangeStreamHandler' },
    CHANGES,
  ],
] as const)(
  'a statement is what it would be if its record were alone, whatever is read after it: %s',
  (_, properties, values) => {
    const alone = values.flatMap((value) => statementsOf(properties, [value]));
    expect(statementsOf(properties, values)).toEqual(alone);
    expect(new Set(alone).size).toBe(3);
  },
);
