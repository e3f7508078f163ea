import type { Review } from '../../../connect/connector-config.ts';
import type { Problem } from '../../../connect/errors.ts';
import type { Property } from '../../../connect/properties.ts';
import { refuseCredentials } from '../client/refuse-credentials.ts';
import { DEFAULT_CLASSES } from './class-names.ts';
import { refuseCombinations } from './combinations.ts';
import { refuseEncryption } from './encryption.ts';
import { reviewRegexps } from './post-processors/review-regexps.ts';
import { overridesOf } from './topic-overrides.ts';
import { refuseTopics } from './topics.ts';

/** What the rules between properties read. */
export type Reviewed = {
  readonly topics: readonly string[];
  readonly topicsRegex: string;
  readonly originals: Readonly<Record<string, string>>;
};

type Texts = Readonly<Record<string, string>>;
type Properties = Readonly<Record<string, Property<unknown>>>;

/** Rules that need more than one property, for the connector and for every topic with overrides. */
export function reviewSink(config: Reviewed, properties: Properties): Partial<Review> {
  const { overrides, problems, warnings } = overridesOf(config.originals, config.topics, Object.keys(properties));
  const found: Problem[] = [...refuseTopics(config.topics, config.topicsRegex), ...problems];
  const global = Object.fromEntries(
    Object.entries(config.originals).filter(([name]) => !name.startsWith('topic.override.')),
  );
  found.push(
    ...refuseEncryption(global),
    ...refuseCredentials(
      global['mongo.custom.auth.mechanism.enable'] ?? '',
      global['mongo.custom.auth.mechanism.providerClass'] ?? '',
    ),
  );
  const said = [...warnings, ...doubtful(global)];
  const review = (texts: Texts) => {
    const regexps = reviewRegexps(texts);
    found.push(...refuseCombinations(texts), ...regexps.problems);
    said.push(...ignoredByHandler(texts), ...regexps.warnings);
  };
  review(global);
  for (const [topic, values] of overrides) {
    const invalid = refuseValues(topic, values, properties);
    found.push(...invalid);
    if (invalid.length === 0) review({ ...global, ...values });
  }
  return { problems: unique(found), warnings: [...new Set(said)] };
}

function refuseValues(topic: string, values: Texts, properties: Properties): Problem[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const result = properties[name]?.safeParse(value);
    if (!result || result.success) return [];
    const override = `topic.override.${topic}.${name}`;
    return result.error.issues.map(({ message }) => {
      const sentence = `Invalid value ${value} for configuration ${name}: ${message}`;
      // the peer reports a class that it can't make under the name without the topic
      return message.startsWith('Class ')
        ? { property: name, message: `${sentence} (from ${override})` }
        : { property: override, message: sentence };
    });
  });
}

const unique = (problems: readonly Problem[]): Problem[] => [
  ...new Map(problems.map((problem) => [`${problem.property}: ${problem.message}`, problem])).values(),
];

/** Accepted, with less effect than one may think: said once. */
function doubtful(texts: Texts): string[] {
  const warnings = ['max.num.retries', 'retries.defer.timeout']
    .filter((name) => texts[name] !== undefined)
    .map((name) => `${name}: The property is unused; writes are tried again until the invocation ends`);
  if (/[?&]w=0(?:&|$)/i.test(texts['connection.uri'] ?? '')) {
    warnings.push('connection.uri: With w=0 the server reports no failed write, so a record can be lost unseen');
  }
  if ((texts['errors.deadletterqueue.topic.name'] ?? '') !== '') {
    warnings.push('errors.deadletterqueue.topic.name: The property is unused; dead letters wait in the SQS queue');
  }
  return warnings;
}

const IGNORED_BY_HANDLERS: Readonly<Record<string, string>> = {
  'post.processor.chain': DEFAULT_CLASSES.postProcessor,
  'field.renamer.mapping': '[]',
  'field.renamer.regexp': '[]',
  'key.projection.list': '',
  'value.projection.list': '',
  'key.projection.type': 'none',
  'value.projection.type': 'none',
  'writemodel.strategy': DEFAULT_CLASSES.writeModelStrategy,
  'document.id.strategy': DEFAULT_CLASSES.idStrategy,
  'document.id.strategy.overwrite.existing': 'false',
  'document.id.strategy.uuid.format': 'string',
  'delete.on.null.values': 'false',
};

function ignoredByHandler(texts: Texts): string[] {
  if ((texts['change.data.capture.handler'] ?? '') === '') return [];
  return Object.entries(IGNORED_BY_HANDLERS)
    .filter(([name, usual]) => (texts[name] ?? usual) !== usual)
    .map(
      ([name]) =>
        `Configuration property 'change.data.capture.handler' is incompatible with '${name}'. The latter is ignored.`,
    );
}
