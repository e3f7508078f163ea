import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Validation } from '../functions/connect/connector-config.ts';
import { type ConnectorFile, parseConnectorFile } from '../functions/connect/connector-file.ts';
import { ConfigError, type Problem } from '../functions/connect/errors.ts';
import { toWholeRegExp } from '../functions/connect/java-regex.ts';
import { sinkConnectorOf } from '../functions/connectors/sinks.ts';
import { sourceConnectorOf } from '../functions/connectors/sources.ts';
import { type ConnectorModule, modulesOf } from './connector-modules.ts';
import type { EnvironmentSettings } from './environment-schema.ts';
import { consumerGroupOf } from './names.ts';
import { reviewSecrets } from './placeholders.ts';

type Loaded = {
  readonly name: string;
  readonly connectorClass: string;
  /** Path of the connector file. */
  readonly file: string;
  readonly properties: Readonly<Record<string, unknown>>;
};

/** A source connector; `topics` are those that it is known to write to, empty where they depend on the data. */
export type LoadedSource = Loaded & { readonly topics: readonly string[] };

/** Whether a source makes the topics that are missing, as Kafka Connect would. */
export const createsTopics = ({ properties }: LoadedSource): boolean =>
  Object.keys(properties).some((property) => property.startsWith('topic.creation.'));

/** The topics that a source is known to write to; where they depend on the data, the declared ones with its prefix. */
export function writableTopicsOf(
  { properties, topics }: LoadedSource,
  settings: EnvironmentSettings,
): readonly string[] {
  if (topics.length > 0) return topics;
  const prefix = String(properties['topic.prefix'] ?? '');
  return settings.topics.map(({ name }) => name).filter((name) => name.startsWith(prefix));
}

/** A sink connector with what its event source mappings need: one per topic. */
export type LoadedSink = Loaded & {
  readonly subscriptions: readonly { readonly topic: string; readonly consumerGroup: string }[];
  readonly startAt: 'earliest' | 'latest';
  readonly batchSize: number;
  /** Seconds to wait for a full batch; nothing stands for Lambda's half a second. */
  readonly windowSeconds: number | undefined;
  /** Packed beside the code. */
  readonly modules: readonly ConnectorModule[];
};

type Context = {
  readonly isLocal: boolean;
  /** Absent where environment.json itself is wrong: then only what needs none of it is looked at. */
  readonly settings: EnvironmentSettings | undefined;
  shown(path: string): string;
};

type Connectors = { sources: LoadedSource[]; sinks: LoadedSink[]; problems: Problem[]; warnings: string[] };

/** Reads the connector files of a folder; a file with a problem is reported and left out. */
export function loadConnectors(folder: string, context: Context): Connectors {
  const found: Connectors = { sources: [], sinks: [], problems: [], warnings: [] };
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  for (const name of files.sort()) {
    const file = join(folder, name);
    try {
      found.warnings.push(...addConnector(found, file, context).map((warning) => `${context.shown(file)}: ${warning}`));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      found.problems.push(
        ...error.problems.map(({ property, message }) => ({
          property: property ? `${context.shown(file)}: ${property}` : context.shown(file),
          message,
        })),
      );
    }
  }
  return found;
}

/** @returns the warnings about the file. @throws ConfigError with its problems. */
function addConnector(found: Connectors, path: string, context: Context): readonly string[] {
  const file = parseConnectorFile(readFileSync(path, 'utf8'));
  const { name, connectorClass, properties } = file;
  const loaded = { name, connectorClass, file: path, properties };

  const source = sourceConnectorOf(connectorClass);
  if (source) {
    const { config, warnings } = accept(source.config, file, context);
    found.sources.push({ ...loaded, topics: source.knownTopics(config) });
    return warnings;
  }
  const sink = sinkConnectorOf(connectorClass);
  if (sink) {
    const { warnings } = accept(sink.config, file, context);
    const { modules, problems } = modulesOf(sink, properties, path);
    if (problems.length > 0) throw new ConfigError(problems);
    found.sinks.push({ ...loaded, ...toMapping(file, context.settings), modules });
    return [...warnings, ...withoutEffect(properties)];
  }
  const message = `Unknown class ${connectorClass}; expected MongoSourceConnector or MongoSinkConnector of com.mongodb.kafka.connect`;
  throw new ConfigError([{ property: 'connector.class', message }]);
}

type Declared<Config> = {
  readonly properties: Readonly<Record<string, { meta(): { secret?: boolean } | undefined }>>;
  validate(properties: Readonly<Record<string, unknown>>, when: 'synth'): Validation<Config>;
};

function accept<Config>(declared: Declared<Config>, { properties }: ConnectorFile, { isLocal }: Context) {
  const { config, problems, warnings } = declared.validate(properties, 'synth');
  const isSecret = (property: string) => declared.properties[property]?.meta()?.secret === true;
  const all = [...problems, ...(isLocal ? [] : reviewSecrets(properties, isSecret))];
  if (all.length > 0 || config === undefined) throw new ConfigError(all);
  return { config, warnings };
}

/** What an event source mapping has a setting for. */
const CONSUMER = ['auto.offset.reset', 'max.poll.records', 'fetch.max.wait.ms', 'group.id'];
const OVERRIDE = 'consumer.override.';

const withoutEffect = (properties: ConnectorFile['properties']): string[] =>
  Object.keys(properties)
    .filter((name) => name.startsWith(OVERRIDE) && !CONSUMER.includes(name.slice(OVERRIDE.length)))
    .map((name) => `${name}: Has no effect; Lambda's mapping has ${CONSUMER.join(', ')}`);

/** Properties of the consumer that a Kafka Connect worker would have, as far as an event source mapping has them. */
function toMapping({ name, properties }: ConnectorFile, settings: EnvironmentSettings | undefined) {
  const problems: Problem[] = [];
  const textOf = (property: string) =>
    properties[property] === undefined ? undefined : String(properties[property]).trim();

  const reset = textOf('consumer.override.auto.offset.reset')?.toLowerCase() ?? 'earliest';
  if (reset !== 'earliest' && reset !== 'latest') {
    problems.push({
      property: 'consumer.override.auto.offset.reset',
      message: `Expected earliest or latest, got ${reset}`,
    });
  }
  const records = Number(textOf('consumer.override.max.poll.records') ?? settings?.sink.batchSize ?? 1);
  if (!Number.isInteger(records) || records < 1 || records > 10_000) {
    const message = 'Expected a whole number from 1 to 10000, as an event source mapping takes it';
    problems.push({ property: 'consumer.override.max.poll.records', message });
  }
  const windowSeconds = windowOf(textOf('consumer.override.fetch.max.wait.ms'), settings, problems);
  const topics = topicsOf(textOf('topics'), textOf('topics.regex'), settings, problems);
  if (problems.length > 0) throw new ConfigError(problems);

  const group = textOf('consumer.override.group.id');
  const groupOf = (topic: string) =>
    group === undefined ? consumerGroupOf(name, topic, topics) : topics.length > 1 ? `${group}.${topic}` : group;
  return {
    subscriptions: topics.map((topic) => ({ topic, consumerGroup: groupOf(topic) })),
    startAt: reset === 'latest' ? ('latest' as const) : ('earliest' as const),
    batchSize: records,
    windowSeconds,
  };
}

/** Kafka's 500 ms are Lambda's too; Lambda offers them only to a mapping that never had another window. */
function windowOf(
  text: string | undefined,
  settings: EnvironmentSettings | undefined,
  problems: Problem[],
): number | undefined {
  if (text === undefined) return settings?.sink.windowSeconds;
  const ms = Number(text);
  if (ms === 500) return undefined;
  if (text !== '' && Number.isInteger(ms / 1000) && ms >= 0 && ms <= 300_000) return ms / 1000;
  problems.push({
    property: 'consumer.override.fetch.max.wait.ms',
    message: `Expected 500, or whole seconds up to 300000 as an event source mapping takes them, got ${text}`,
  });
  return undefined;
}

/** A regular expression subscribes to the declared topics that it matches: a mapping reads one topic by its name. */
function topicsOf(
  list: string | undefined,
  regex: string | undefined,
  settings: EnvironmentSettings | undefined,
  problems: Problem[],
): readonly string[] {
  if (list) return [...new Set(list.split(',').map((topic) => topic.trim()))];
  if (!regex || !settings) return [];
  // the connector's own validation has accepted it
  const pattern = toWholeRegExp(regex);
  const topics = settings.topics.map(({ name }) => name).filter((topic) => pattern.test(topic));
  if (topics.length > 0) return topics;
  problems.push({ property: 'topics.regex', message: `No topic of environment.json matches ${regex}` });
  return [];
}
