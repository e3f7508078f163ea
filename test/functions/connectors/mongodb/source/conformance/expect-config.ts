import { BSON } from 'mongodb';
import { expect } from 'vitest';
import type { Problem } from '../../../../../../functions/connect/errors.ts';
import {
  createMongoClient,
  handshakeNameOf,
  toClientOptions,
} from '../../../../../../functions/connectors/mongodb/client/mongo-client.ts';
import { copySettingsOf } from '../../../../../../functions/connectors/mongodb/source/copy/copy-settings.ts';
import { errorHandlingOf } from '../../../../../../functions/connectors/mongodb/source/error-handling.ts';
import {
  mongodbSourceConfig,
  type SourceConfig,
} from '../../../../../../functions/connectors/mongodb/source/properties.ts';
import { toConnectSchema } from '../../../../../../functions/connectors/mongodb/source/schema/to-connect-schema.ts';
import { toStartPoint } from '../../../../../../functions/connectors/mongodb/source/start-point.ts';
import { startupModeOf } from '../../../../../../functions/connectors/mongodb/source/startup-mode.ts';
import { createTopicMapper } from '../../../../../../functions/connectors/mongodb/source/topic-mapper.ts';
import { toWatch } from '../../../../../../functions/connectors/mongodb/source/watch-command.ts';
import type { Case, Expected } from './case-file.ts';
import { toSchemaJson } from './comparable-record.ts';
import { FOREIGN_WORDS } from './peer-words.ts';

/**
 * The same properties have problems, each in the peer's words where those are its own. What the peer finds only at its
 * start, or at its first poll, is a problem here too, and its words have to be those that the peer then throws.
 */
export function expectProblems(problems: readonly Problem[], { configErrors, throws, polls = [] }: Expected): void {
  if (!configErrors) {
    const thrown = throws ?? polls.flatMap((poll) => (poll !== null && 'throws' in poll ? poll.throws : []));
    for (const { message } of problems) {
      const words = thrown.map((one) => one.message).filter((text) => text?.includes(message));
      expect(words, `thrown by the peer: ${message}`).not.toEqual([]);
    }
    return;
  }
  const propertiesOf = (list: readonly { property: string }[]) =>
    [...new Set(list.map(({ property }) => property))].sort();
  expect(propertiesOf(problems)).toEqual(propertiesOf(configErrors));
  // the start throws the first of them, or the schema's parser its own words within
  for (const { message } of throws ?? []) {
    const words = message ?? '';
    if (!FOREIGN_WORDS.test(words))
      expect(
        problems.some((problem) => problem.message.endsWith(words)),
        words,
      ).toBe(true);
  }
  for (const { property, message } of configErrors) {
    if (FOREIGN_WORDS.test(message)) continue;
    expect(problems.filter((problem) => problem.property === property).map((problem) => problem.message)).toContain(
      message,
    );
  }
}

/** What the properties mean, member by member. */
export function expectResolved(config: SourceConfig, wanted: Expected['resolved']): void {
  const { values, startup, ...resolved } = wanted ?? { values: {}, startup: undefined };
  const { tolerates, logs, deadLetterTopic } = errorHandlingOf(config);
  const { changeStream, collation, pipeline } = toWatch(config);
  expect({
    keyFormat: config.outputFormatKey,
    valueFormat: config.outputFormatValue,
    pipeline: toJson(pipeline),
    collation: collation ? toJson([collation])![0] : null,
    fullDocument: changeStream.fullDocument ?? null,
    fullDocumentBeforeChange: changeStream.fullDocumentBeforeChange ?? null,
    tolerateErrors: tolerates,
    logErrors: logs,
    dlqTopic: deadLetterTopic,
  }).toEqual(resolved);
  expect(toStartup(config, startup)).toEqual(startup);
  for (const [property, value] of Object.entries(values)) expectValue(config, property, value);
}

const toJson = (documents: readonly unknown[]): readonly unknown[] | null =>
  documents.length === 0 ? null : JSON.parse(BSON.EJSON.stringify(documents, { relaxed: false }));

/** How the connector begins. How many threads copy is named only where a case sets it: it depends on the machine. */
function toStartup(config: SourceConfig, wanted: unknown): unknown {
  const mode = startupModeOf(config);
  if (mode === 'copy_existing') {
    const { namespaceRegex, pipeline, maxThreads, ...settings } = copySettingsOf(config);
    return {
      mode,
      ...(Object(wanted).maxThreads !== undefined && { maxThreads }),
      ...settings,
      namespaceRegex: namespaceRegex?.source ?? '',
      pipeline: toJson(pipeline),
    };
  }
  const start = toStartPoint(config, undefined, 'same');
  return start && 'startAtOperationTime' in start
    ? { mode, t: start.startAtOperationTime.t, i: start.startAtOperationTime.i }
    : { mode };
}

/** The peer keeps the case in which a choice was written; here it has the one of its declaration. */
function expectValue(config: SourceConfig, property: string, value: unknown): void {
  const name = property.replace(/\.(\w)/g, (_, letter: string) => letter.toUpperCase());
  const ours = (config as unknown as Readonly<Record<string, unknown>>)[name];
  const isChoice = mongodbSourceConfig.properties[property]?.meta()?.facts?.values !== undefined;
  if (isChoice) expect(String(ours).toLowerCase(), property).toBe(String(value).toLowerCase());
  else expect(ours, property).toEqual(value);
}

export function expectTopics({ namespaces = [] }: Case, config: SourceConfig, wanted: readonly string[] = []): void {
  const topicOf = createTopicMapper(config);
  const topics = namespaces.map((namespace) => {
    const [database = '', ...collection] = namespace.split('.');
    return topicOf({ database, collection: collection.join('.') });
  });
  expect(topics).toEqual(wanted);
}

export function expectSchema(config: SourceConfig, { schema: wanted, throws }: Expected): void {
  expect(throws, 'what the peer throws for a schema that is taken here').toBeUndefined();
  expect(JSON.stringify(toSchemaJson(toConnectSchema(config.outputSchemaValue)))).toBe(JSON.stringify(wanted));
}

export function expectClient(config: SourceConfig, { client: wanted = {}, throws }: Expected): void {
  const create = () => createMongoClient(toClientOptions(config, 'source'));
  if (throws) {
    expect(throws[0]?.message).toBe('Failed to initialize SSLContext.');
    expect(create).toThrow(/^connection\.ssl\.keystore: Expected a PKCS12 file/);
    return;
  }
  const client = create();
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
    sslContextReplaced: config.connectionSslKeystore !== '',
    invalidHostNameAllowed: false,
  }).toEqual(wanted);
}
