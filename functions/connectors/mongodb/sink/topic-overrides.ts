import type { Review } from '../../../connect/connector-config.ts';
import { nearestOf } from '../../../connect/nearest-name.ts';

const PREFIX = 'topic.override.';

export type Overrides = ReadonlyMap<string, Readonly<Record<string, string>>>;

export type FoundOverrides = {
  readonly overrides: Overrides;
  /** Also those that the connector does not know: a transformer may. */
  readonly all: Overrides;
};

/**
 * The overrides by topic. Topic names contain dots, so a key is cut at the longest name of `topics` that fits, else
 * before the longest known property that ends it.
 */
export function overridesOf(
  originals: Readonly<Record<string, string>>,
  topics: readonly string[],
  known: readonly string[],
): Review & FoundOverrides {
  const overrides = new Map<string, Record<string, string>>();
  const all = new Map<string, Record<string, string>>();
  const problems: { property: string; message: string }[] = [];
  const warnings: string[] = [];
  for (const [key, value] of Object.entries(originals)) {
    if (!key.startsWith(PREFIX)) continue;
    const split = splitKey(key.slice(PREFIX.length), topics, known);
    if (key === `${PREFIX}%s.%s` || !split) {
      problems.push({ property: key, message: `Expected topic.override.<topic>.<property>, got ${key}` });
      continue;
    }
    all.set(split.topic, { ...all.get(split.topic), [split.property]: value });
    if (!known.includes(split.property)) {
      const nearest = nearestOf(split.property, known);
      const reason = NEVER_PER_TOPIC.has(split.property) ? 'it is not per topic' : 'unknown property';
      const message = `The override has no effect: ${reason}`;
      if (nearest?.isTypo) problems.push({ property: key, message: `${message}; did you mean ${nearest.name}?` });
      else warnings.push(`${key}: ${message}`);
    } else if (topics.length > 0 && !topics.includes(split.topic)) {
      warnings.push(`${key}: The override has no effect: the connector does not read ${split.topic}`);
    } else {
      overrides.set(split.topic, { ...overrides.get(split.topic), [split.property]: value });
    }
  }
  return { overrides, all, problems, warnings };
}

const NEVER_PER_TOPIC = new Set(['connection.uri', 'topics', 'topics.regex']);

function splitKey(
  rest: string,
  topics: readonly string[],
  known: readonly string[],
): { topic: string; property: string } | undefined {
  const [topic] = topics.filter((name) => rest.startsWith(`${name}.`)).sort((a, b) => b.length - a.length);
  if (topic !== undefined) return { topic, property: rest.slice(topic.length + 1) };
  const [property] = known.filter((name) => rest.endsWith(`.${name}`)).sort((a, b) => b.length - a.length);
  if (property !== undefined) return { topic: rest.slice(0, -property.length - 1), property };
  const dot = rest.indexOf('.');
  return dot > 0 && dot < rest.length - 1 ? { topic: rest.slice(0, dot), property: rest.slice(dot + 1) } : undefined;
}

/** All properties as they hold for one topic: its overrides over the connector's own. */
export function effectiveProperties(
  originals: Readonly<Record<string, string>>,
  topic: string,
  overrides: Overrides,
): Record<string, string> {
  const own = Object.entries(originals).filter(([name]) => !name.startsWith(PREFIX));
  return { ...Object.fromEntries(own), ...overrides.get(topic) };
}
