import type { Problem } from '../../connect/errors.ts';
import { ConfigError } from '../../connect/errors.ts';

/** How a missing topic is made; -1 leaves a number to the broker. */
export type TopicPlan = {
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly configs: Readonly<Record<string, string>>;
};

/** The plan for a topic, or nothing where topics are not to be created. */
export type TopicCreation = (topic: string) => TopicPlan | undefined;

const PREFIX = 'topic.creation.';
const GROUPS = `${PREFIX}groups`;
const DEFAULT = 'default';
const OWN = new Set(['include', 'exclude', 'replication.factor', 'partitions']);

/** Reads `topic.creation.*` as Kafka Connect does: groups in their order, the first whose regex matches, else `default`. */
export function parseTopicCreation(properties: Readonly<Record<string, string>>): TopicCreation {
  const given = Object.keys(properties).some((name) => name.startsWith(PREFIX));
  if (!given) return () => undefined;
  const problems: Problem[] = [];
  const aliases = listOf(properties[GROUPS]).filter((alias) => alias !== DEFAULT);
  if (new Set(aliases).size !== aliases.length)
    problems.push({ property: GROUPS, message: 'Expected each group once' });
  const known = new Set([DEFAULT, ...aliases]);
  for (const name of Object.keys(properties).filter((each) => each.startsWith(PREFIX) && each !== GROUPS)) {
    const group = name.slice(PREFIX.length).split('.', 1)[0]!;
    if (!known.has(group)) problems.push({ property: name, message: `Expected the group '${group}' in ${GROUPS}` });
  }
  const byDefault = planOf(properties, DEFAULT, undefined, problems);
  const groups = aliases.map((alias) => ({
    includes: regexOf(properties, `${PREFIX}${alias}.include`, problems),
    excludes: regexOf(properties, `${PREFIX}${alias}.exclude`, problems),
    plan: planOf(properties, alias, byDefault, problems),
  }));
  if (problems.length > 0) throw new ConfigError(problems);
  return (topic) => groups.find(({ includes, excludes }) => includes(topic) && !excludes(topic))?.plan ?? byDefault;
}

function planOf(
  properties: Readonly<Record<string, string>>,
  group: string,
  byDefault: TopicPlan | undefined,
  problems: Problem[],
): TopicPlan {
  const prefix = `${PREFIX}${group}.`;
  const count = (name: 'partitions' | 'replication.factor', otherwise: number | undefined): number => {
    const text = properties[prefix + name]?.trim();
    if (text === undefined && otherwise !== undefined) return otherwise;
    const value = Number(text);
    if (text !== undefined && text !== '' && Number.isInteger(value) && (value >= 1 || value === -1)) return value;
    const got = text === undefined ? 'nothing' : `'${text}'`;
    problems.push({
      property: prefix + name,
      message: `Expected a number of at least 1, or -1 for the broker's default, got ${got}`,
    });
    return -1;
  };
  const configs = Object.entries(properties)
    .filter(([name]) => name.startsWith(prefix) && !OWN.has(name.slice(prefix.length)))
    .map(([name, value]) => [name.slice(prefix.length), value] as const);
  return {
    partitions: count('partitions', byDefault?.partitions),
    replicationFactor: count('replication.factor', byDefault?.replicationFactor),
    configs: Object.fromEntries(configs),
  };
}

/** Java regexes between commas, any of which has to match the whole name; the common ground of both languages. */
function regexOf(properties: Readonly<Record<string, string>>, property: string, problems: Problem[]) {
  const patterns = listOf(properties[property]);
  if (patterns.length === 0) return () => false;
  try {
    const regex = new RegExp(`^(?:${patterns.join('|')})$`, 'u');
    return (topic: string) => regex.test(topic);
  } catch {
    problems.push({ property, message: 'Expected regular expressions between commas' });
    return () => false;
  }
}

const listOf = (text = ''): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
