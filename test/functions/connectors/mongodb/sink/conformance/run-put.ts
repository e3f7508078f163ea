import type { OpenSink } from '../../../../../../functions/connect/connector.ts';
import { ConfigError, ConnectorError, type Problem } from '../../../../../../functions/connect/errors.ts';
import type { Outcome } from '../../../../../../functions/connect/outcomes.ts';
import type { SinkRecord } from '../../../../../../functions/connect/records.ts';
import { openSink } from '../../../../../../functions/connectors/mongodb/sink/mongodb-sink.ts';
import { planPut } from '../../../../../../functions/connectors/mongodb/sink/plan-put.ts';
import type { SinkConfig } from '../../../../../../functions/connectors/mongodb/sink/properties.ts';
import { topicSettings } from '../../../../../../functions/connectors/mongodb/sink/topic-plans.ts';
import { loadTransformers } from '../../../../../../functions/connectors/mongodb/sink/transformers.ts';
import { silentLog } from '../../../../../support/silent-log.ts';
import { SETTINGS_DEPS } from '../settings-deps.ts';
import type { Case } from './case-file.ts';
import type { OurBatch } from './compare.ts';
import { loadTransformer } from './load-transformer.ts';
import { type ScriptedServer, scriptedServer } from './scripted-server.ts';
import { toModel } from './to-model.ts';

/** What one put did, in the words of a case. */
export type PutResult = {
  readonly outcomes: readonly Outcome[];
  readonly server: ScriptedServer;
  readonly batches: readonly OurBatch[];
  /** Whether a rejected record of the topic holds its topic-partition. */
  holds(topic: string): boolean;
  readonly error?: ConnectorError;
};

/** Of the server's clock: retries end. */
const DEADLINE = 2000;

/** Puts records into a sink whose server does what the script of the case says. */
export async function runPut(vector: Case, config: SinkConfig, records: readonly SinkRecord[]): Promise<PutResult> {
  const server = scriptedServer(vector.server ?? {});
  const transformers = await loadTransformers(config.originals, loadTransformer);
  const settingsOf = topicSettings(config, { ...SETTINGS_DEPS, transformers });
  const holds = (topic: string) => settingsOf(topic)?.errors.tolerance === 'none';
  const sink = await openAt(server, config, server.now);
  try {
    const outcomes = await sink.put(records, DEADLINE);
    return { outcomes, server, batches: batchesOf(records, settingsOf), holds };
  } catch (error) {
    if (error instanceof ConnectorError) return { outcomes: [], server, batches: [], holds, error };
    throw error;
  }
}

/** What is found only when the classes of a valid configuration are made. */
export async function startProblems(config: SinkConfig): Promise<readonly Problem[]> {
  try {
    await openAt(scriptedServer({}), config);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

function openAt(server: ScriptedServer, config: SinkConfig, now = () => 0): Promise<OpenSink> {
  const deps = { log: silentLog, metrics: { add: () => undefined }, now, loadModule: loadTransformer };
  return openSink(config, server, deps, () => Promise.resolve());
}

const batchesOf = (records: readonly SinkRecord[], settingsOf: ReturnType<typeof topicSettings>): OurBatch[] =>
  planPut(records, settingsOf).namespaces.flatMap(({ namespace, batches }) =>
    batches.map(({ isOrdered, writes }) => ({
      namespace: `${namespace.database}.${namespace.collection}`,
      ordered: isOrdered,
      models: writes.map(({ command, statement }) => toModel(command, statement)),
    })),
  );
