import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenSink, SinkConnector, SinkDeps } from '../../../connect/connector.ts';
import { ConnectorError } from '../../../connect/errors.ts';
import type { Log } from '../../../connect/log.ts';
import type { Outcome } from '../../../connect/outcomes.ts';
import { positionOf, type SinkRecord } from '../../../connect/records.ts';
import { createMongoClient } from '../client/mongo-client.ts';
import type { WriteDeps } from './database-calls.ts';
import { findWith } from './find-documents.ts';
import { planPut } from './plan-put.ts';
import { type SinkConfig, sinkConfig } from './properties.ts';
import { sendWith } from './send-command.ts';
import { type TopicSettings, topicSettings } from './topic-plans.ts';
import { type Namespace, namespaceText } from './write-models.ts';
import { type NamespaceResult, writeNamespace } from './write-namespace.ts';

/** `com.mongodb.kafka.connect.MongoSinkConnector`. */
export const mongodbSink: SinkConnector<SinkConfig> = {
  config: sinkConfig,
  async open(config, deps) {
    const client = createMongoClient({
      uri: config.connectionUri,
      role: 'sink',
      provider: config.provider,
      serverApiVersion: config.serverApiVersion,
      serverApiStrict: config.serverApiStrict,
      serverApiDeprecationErrors: config.serverApiDeprecationErrors,
    });
    return openSink(config, { send: sendWith(client), find: findWith(client) }, deps, () => client.close());
  },
};

/** The sink over any way to ask a database: the real one needs a server. */
export function openSink(
  config: SinkConfig,
  database: Pick<WriteDeps, 'send' | 'find'>,
  deps: SinkDeps,
  close: () => Promise<void>,
): OpenSink {
  const settingsOf = topicSettings(config, (count) => randomBytes(count));

  async function put(records: readonly SinkRecord[], deadline: number): Promise<readonly Outcome[]> {
    const plan = planPut(records, settingsOf);
    const outcomes = new Map(plan.outcomes);
    const start = deps.now();
    for (const [event, count] of plan.ignored) deps.log.warn('Events that change no document', { event, count });
    await Promise.all(
      plan.namespaces.map(async ({ namespace, batches }) => {
        const result = await writeNamespace(namespace, batches, deadline, { ...database, now: deps.now, sleep });
        for (const [index, outcome] of result.outcomes) outcomes.set(index, outcome);
        if (result.missed.count > 0) reportMissed(namespace, result.missed, deps);
      }),
    );
    if (plan.namespaces.length > 0) deps.metrics.add('sinkWriteLatency', deps.now() - start);
    const settled = records.map((record, index) => outcomes.get(index) ?? unaccounted(record));
    logRejected(records, settled, settingsOf, deps.log);
    return settled;
  }

  return {
    put,
    toleranceOf: (topic) => settingsOf(topic)?.tolerance ?? 'none',
    [Symbol.asyncDispose]: close,
  };
}

/** As many as help to find them. */
const POSITIONS_IN_LOG = 10;

function reportMissed(namespace: Namespace, { count, positions }: NamespaceResult['missed'], deps: SinkDeps): void {
  deps.metrics.add('sinkUpdatesMissed', count);
  const fields = { namespace: namespaceText(namespace), count, positions: positions.slice(0, POSITIONS_IN_LOG) };
  deps.log.warn('Updates found no document', fields);
}

/** `errors.log.enable`: by position and code, never the document. */
function logRejected(
  records: readonly SinkRecord[],
  outcomes: readonly Outcome[],
  settingsOf: (topic: string) => TopicSettings | undefined,
  log: Log,
): void {
  for (const [index, outcome] of outcomes.entries()) {
    const record = records[index]!;
    if (outcome.status !== 'rejected' || !settingsOf(record.topic)?.logsErrors) continue;
    const { code, details } = outcome.error;
    log.error('Record rejected', { position: positionOf(record), code, class: outcome.class, ...details });
  }
}

/** Never: every record is planned, and every planned write gets an outcome. */
function unaccounted(record: SinkRecord): never {
  throw new ConnectorError(
    'RECORD_INVALID',
    `No outcome for the record at ${record.topic}-${record.partition}@${record.offset}`,
  );
}
