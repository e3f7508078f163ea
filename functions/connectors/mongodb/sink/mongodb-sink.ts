import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenSink, SinkConnector, SinkDeps } from '../../../connect/connector.ts';
import { ConnectorError } from '../../../connect/errors.ts';
import type { Outcome, Stage } from '../../../connect/outcomes.ts';
import { NOTHING_PARKED } from '../../../connect/parking.ts';
import { lendMemory } from '../../../connect/put-memory.ts';
import type { SinkRecord } from '../../../connect/records.ts';
import { createMongoClient, toClientOptions } from '../client/mongo-client.ts';
import { openConnection } from '../client/open-connection.ts';
import type { WriteDeps } from './database-calls.ts';
import { toAutoEncryption, withEncryption } from './encryption.ts';
import { eventTimes } from './event-time.ts';
import { findWith } from './find-documents.ts';
import { type ParkedWrites, parkedWrites } from './parked-writes.ts';
import { type NamespacePlan, planPut, unknownTopic } from './plan-put.ts';
import { type SinkConfig, sinkConfig } from './properties.ts';
import { type RunCommand, runWith } from './run-command.ts';
import { type SendCommand, sendWith } from './send-command.ts';
import { timeSeriesCollections } from './time-series/collections.ts';
import { type ErrorRules, type TopicSettings, topicSettings } from './topic-plans.ts';
import { loadTransformers, transformerNames } from './transformers.ts';
import { type Namespace, namespaceText } from './write-models.ts';
import { type NamespaceResult, writeNamespace } from './write-namespace.ts';
import { unsettled } from './write-outcomes.ts';

/** `com.mongodb.kafka.connect.MongoSinkConnector`. */
export const mongodbSink: SinkConnector<SinkConfig> = {
  config: sinkConfig,
  modules: (properties) => transformerNames(properties),
  async open(config, deps) {
    const autoEncryption = toAutoEncryption(config);
    const client = withEncryption(config.csfleEnabled, () =>
      createMongoClient({ ...toClientOptions(config, 'sink'), ...(autoEncryption && { autoEncryption }) }),
    );
    const connection = openConnection(client);
    const database = {
      send: sendWith(connection, config.csfleEnabled),
      find: findWith(connection),
      run: runWith(connection),
      sleep,
    };
    return openSink(config, database, deps, () => connection.close());
  },
};

/** How the sink reaches its database: the real one needs a server. */
export type Database = Omit<WriteDeps, 'now'> & { readonly run: RunCommand };

/** @throws ConfigError where a class that the configuration names can't be made. */
export async function openSink(
  config: SinkConfig,
  database: Database,
  deps: SinkDeps,
  close: () => Promise<void>,
): Promise<OpenSink> {
  const transformers = await loadTransformers(config.originals, deps.loadModule);
  const settingsOf = topicSettings(config, { random: (count) => randomBytes(count), now: deps.now, transformers });
  // what is wrong with a topic's classes is found now, and not with its first record
  for (const topic of config.topics) settingsOf(topic);
  const ensure = timeSeriesCollections({ ...database, now: deps.now });
  const send: SendCommand = (command, timeoutMs) => {
    deps.metrics.add('sinkBatchSize', command.statements.length);
    return database.send(command, timeoutMs);
  };

  async function write(
    { namespace, batches }: NamespacePlan,
    deadline: number,
    parked: ParkedWrites,
    calls: Pick<WriteDeps, 'send' | 'find'>,
  ): Promise<NamespaceResult> {
    const timeSeries = batches.find((batch) => batch.timeSeries)?.timeSeries;
    const refused = timeSeries && (await ensure(namespace, timeSeries, deadline));
    if (!refused) return writeNamespace(namespace, batches, deadline, { ...database, ...calls, now: deps.now, parked });
    const writes = batches.flatMap((batch) => batch.writes);
    return {
      outcomes: new Map(writes.map(({ index }) => [index, unsettled(refused)])),
      missed: { count: 0, positions: [] },
    };
  }

  async function put(
    records: readonly SinkRecord[],
    deadline: number,
    parking = NOTHING_PARKED,
  ): Promise<readonly Outcome[]> {
    const memory = lendMemory();
    const plan = planPut(records, settingsOf, memory);
    const calls = notedCalls({ send, find: database.find });
    const outcomes = new Map(plan.outcomes);
    const tolerates = ({ topic }: SinkRecord) => settingsOf(topic)?.errors.tolerance !== 'none';
    const parked = await parkedWrites(records, plan, parking, tolerates);
    const start = deps.now();
    for (const [event, count] of plan.ignored) deps.log.warn('Events that change no document', { event, count });
    await Promise.all(
      plan.namespaces.map(async (part) => {
        const result = await write(part, deadline, parked, calls);
        for (const [index, outcome] of result.outcomes) outcomes.set(index, outcome);
        if (result.missed.count > 0) reportMissed(part.namespace, result.missed, deps);
      }),
    );
    // what the server answered to, the driver has sent; what failed it may still hold
    if (!calls.hasFailed) memory.giveBack();
    const end = deps.now();
    if (plan.namespaces.length > 0) deps.metrics.add('sinkWriteLatency', end - start);
    const settled = records.map((record, index) => outcomes.get(index) ?? unaccounted(record));
    for (const time of eventTimes(records, settled, settingsOf)) {
      deps.metrics.add('sinkEndToEndLatency', Math.max(end - time, 0));
    }
    return settled;
  }

  const errorRulesOf = (topic: string, stage: Stage): ErrorRules => {
    const settings = settingsOf(topic);
    if (!settings) throw unknownTopic(topic);
    return stage === 'TASK_PUT' ? settings.errors : settings.conversionErrors;
  };

  return {
    put,
    reads: (topic) => settingsOf(topic) !== undefined,
    toleranceOf: (topic, stage) => errorRulesOf(topic, stage).tolerance,
    logsErrors: (topic, stage) => errorRulesOf(topic, stage).isLogged,
    parkingScopeOf: (topic) => parkingScopeOf(topic, settingsOf(topic)),
    [Symbol.asyncDispose]: close,
  };
}

/** The same calls; notes that one has failed. */
function notedCalls({ find, send }: Pick<WriteDeps, 'send' | 'find'>) {
  let hasFailed = false;
  const noted = <T>(call: Promise<T>): Promise<T> =>
    call.catch((error: unknown) => {
      hasFailed = true;
      throw error;
    });
  const calls: Pick<WriteDeps, 'send' | 'find'> = {
    send: (command, timeoutMs) => noted(send(command, timeoutMs)),
    find: (query, timeoutMs) => noted(find(query, timeoutMs)),
  };
  return {
    ...calls,
    get hasFailed() {
      return hasFailed;
    },
  };
}

/** The namespace that the topic is written to, whatever single records say. */
function parkingScopeOf(topic: string, settings: TopicSettings | undefined): string | undefined {
  if (!settings?.parksKeys) return undefined;
  const { collection, database } = settings.plan.fixed;
  return namespaceText({ database, collection: collection === '' ? topic : collection });
}

/** As many as help to find them. */
const POSITIONS_IN_LOG = 10;

function reportMissed(namespace: Namespace, { count, positions }: NamespaceResult['missed'], deps: SinkDeps): void {
  deps.metrics.add('sinkUpdatesMissed', count);
  const fields = { namespace: namespaceText(namespace), count, positions: positions.slice(0, POSITIONS_IN_LOG) };
  deps.log.warn('Updates found no document', fields);
}

/** Never: every record is planned, and every planned write gets an outcome. */
function unaccounted(record: SinkRecord): never {
  throw new ConnectorError(
    'RECORD_INVALID',
    `No outcome for the record at ${record.topic}-${record.partition}@${record.offset}`,
  );
}
