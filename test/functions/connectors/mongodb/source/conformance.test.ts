import { join } from 'node:path';
import { BSON } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { createMongoClient, handshakeNameOf } from '../../../../../functions/connectors/mongodb/client/mongo-client.ts';
import { copySettingsOf } from '../../../../../functions/connectors/mongodb/source/copy/copy-settings.ts';
import { errorHandlingOf } from '../../../../../functions/connectors/mongodb/source/error-handling.ts';
import {
  mongodbSourceConfig,
  type SourceConfig,
} from '../../../../../functions/connectors/mongodb/source/properties.ts';
import { toConnectSchema } from '../../../../../functions/connectors/mongodb/source/schema/to-connect-schema.ts';
import { partitionOf } from '../../../../../functions/connectors/mongodb/source/source-partition.ts';
import { startupModeOf } from '../../../../../functions/connectors/mongodb/source/startup-mode.ts';
import { createTopicMapper } from '../../../../../functions/connectors/mongodb/source/topic-mapper.ts';
import { type Case, type Expected, type ExpectedRecord, readCases, wantedOf } from './conformance/case-file.ts';
import { toSchemaJson } from './conformance/comparable-record.ts';
import {
  expectCopiedRecords,
  expectCopies,
  expectProblems,
  expectRecords,
  expectRefusal,
  expectWatches,
} from './conformance/compare.ts';
import { otherwise } from './conformance/otherwise.ts';
import { runPoll } from './conformance/run-poll.ts';
import { SCHEMA_SENTENCES } from './conformance/schema-sentences.ts';
import { SENTENCES } from './conformance/sentences.ts';

const FOLDER = join(import.meta.dirname, '../../../../conformance/source');
const NOT_BUILT = 'Not built yet: ';

const read = ({ props }: Case) =>
  mongodbSourceConfig.validate({ name: 'conformance', 'connector.class': 'MongoSourceConnector', ...props });

for (const [file, cases] of Map.groupBy(readCases(FOLDER), (found) => found.file)) {
  describe(file, () => {
    for (const { vector } of cases) {
      const reason = otherwise(vector);
      if (reason) test.skip(`${vector.name}: ${reason}`, () => undefined);
      else test(vector.name, () => run(vector));
    }
  });
}

async function run(vector: Case): Promise<void> {
  const { problems, config } = read(vector);
  const wanted = wantedOf(vector);
  const refused = problems.filter(({ message }) => message.startsWith(NOT_BUILT));
  if (vector.name === 'config-timestamp-1') {
    expect(problems.map(({ property }) => property)).toEqual(['startup.mode.timestamp.start.at.operation.time']);
    return;
  }
  const wrong = problems.filter((problem) => !refused.includes(problem));
  if (wanted.configErrors || wrong.length > 0) {
    // what the peer finds out only at the start, or at the first poll, is a configuration error here
    if (!wanted.configErrors && isThrowing(wanted)) return;
    expectProblems(wrong, wanted.configErrors);
    return;
  }
  // what is not built is refused by name, so that nothing of the case can happen otherwise in silence
  if (refused.length > 0) return;
  if (!config) throw new Error('Expected a configuration');
  if (vector.op === 'config') expectResolved(config, wanted.resolved);
  else if (vector.op === 'topics') expectTopics(vector, config, wanted.topics);
  else if (vector.op === 'schema') expectSchema(vector, config, wanted.schema);
  else if (vector.op === 'client') expectClient(config, wanted.client);
  else await expectPoll(vector, config);
}

function expectResolved(config: SourceConfig, wanted: ReturnType<typeof wantedOf>['resolved']): void {
  const { values, ...resolved } = wanted ?? { values: {} };
  const { tolerates, logs, deadLetterTopic } = errorHandlingOf(config);
  expect({ tolerateErrors: tolerates, logErrors: logs, dlqTopic: deadLetterTopic }).toEqual({
    tolerateErrors: resolved.tolerateErrors,
    logErrors: resolved.logErrors,
    dlqTopic: resolved.dlqTopic,
  });
  expect(config.outputFormatKey).toBe(resolved.keyFormat);
  expect(config.outputFormatValue).toBe(resolved.valueFormat);
  const { mode, ...copy } = resolved.startup as { mode: string };
  expect(startupModeOf(config)).toBe(mode);
  if (mode === 'copy_existing') expect(toResolved(config)).toMatchObject(copy);
  for (const [property, value] of Object.entries(values)) {
    const name = property.replace(/\.(\w)/g, (_, letter: string) => letter.toUpperCase());
    const ours = (config as unknown as Record<string, unknown>)[name];
    expect(String(ours).toLowerCase(), property).toBe(String(value).toLowerCase());
  }
}

/** What the copy does, in the words of a case. */
function toResolved(config: SourceConfig) {
  const { namespaceRegex, pipeline, ...settings } = copySettingsOf(config);
  return {
    ...settings,
    namespaceRegex: namespaceRegex?.source ?? '',
    pipeline: pipeline.length === 0 ? null : JSON.parse(BSON.EJSON.stringify(pipeline, { relaxed: false })),
  };
}

function expectTopics({ namespaces = [] }: Case, config: SourceConfig, wanted: readonly string[] = []): void {
  const topicOf = createTopicMapper(config);
  const topics = namespaces.map((namespace) => {
    const [database = '', ...collection] = namespace.split('.');
    return topicOf({ database, collection: collection.join('.') });
  });
  expect(topics).toEqual(wanted);
}

function expectSchema({ name, improved }: Case, config: SourceConfig, wanted: unknown): void {
  const schema = toConnectSchema(config.outputSchemaValue);
  if (typeof improved !== 'string') {
    expect(JSON.stringify(toSchemaJson(schema))).toBe(JSON.stringify(wanted));
    return;
  }
  const sentence = SCHEMA_SENTENCES[name];
  if (!sentence) throw new Error(`Expected an assertion for: ${improved}`);
  sentence(schema);
}

function expectClient(config: SourceConfig, wanted: Readonly<Record<string, unknown>> = {}): void {
  const client = createMongoClient({
    uri: config.connectionUri,
    role: 'source',
    provider: config.provider,
    serverApiVersion: config.serverApiVersion,
    serverApiStrict: config.serverApiStrict,
    serverApiDeprecationErrors: config.serverApiDeprecationErrors,
  });
  const {
    hosts,
    tls = false,
    serverApi,
    credentials,
    appName,
    readPreference,
    readConcern,
    retryReads,
  } = client.options;
  expect({
    hosts: `[${hosts.join(', ')}]`,
    tls,
    serverApi: serverApi
      ? `${serverApi.version} strict=${serverApi.strict} deprecationErrors=${serverApi.deprecationErrors}`
      : null,
    credential: credentials ? `${credentials.username}@${credentials.source} null` : null,
    appName: appName ?? null,
    readPreference: readPreference.mode,
    readConcern: readConcern ? `{"level": "${readConcern.level}"}` : '{}',
    retryReads,
    // our own name, in the peer's form
    handshakeNames: handshakeNameOf({ role: 'source', provider: config.provider }).replace('tailrace', 'mongo-kafka'),
    sslContextReplaced: false,
    invalidHostNameAllowed: false,
  }).toEqual(wanted);
}

async function expectPoll(vector: Case, config: SourceConfig): Promise<void> {
  const wanted = wantedOf(vector);
  const polls = wanted.polls ?? [];
  const result = await runPoll(vector, config);
  const sentence = SENTENCES[vector.name];
  if (typeof vector.improved === 'string') {
    if (!sentence) throw new Error(`Expected an assertion for: ${vector.improved}`);
    sentence(result);
    return;
  }
  const { batches, copies, error, opened } = result;
  if (wanted.sourcePartition) expect(partitionOf(config).ns).toBe(wanted.sourcePartition);
  if (!isThrowing(wanted) && error) throw error;
  expect(error !== undefined).toBe(isThrowing(wanted));
  expectRefusal(error, wanted);
  const records = wanted.allRecords ?? polls.flatMap((poll) => (Array.isArray(poll) ? (poll as ExpectedRecord[]) : []));
  // the peer discards what came before a failure in the same poll; it is published here
  if (!error && vector.collections) expectCopiedRecords(batches, records);
  else if (!error) expectRecords(batches, records);
  expectWatches(opened, wanted.watches ?? [], vector.collections !== undefined);
  // the peer copies while it takes the token, so that its copy has begun when that fails
  if (!error) expectCopies(copies, wanted.copies ?? []);
}

const isThrowing = ({ throws, polls = [] }: Expected): boolean =>
  throws !== undefined || polls.some((poll) => poll !== null && 'throws' in poll);
