import type { Review } from '../../../connect/connector-config.ts';
import type { Problem } from '../../../connect/errors.ts';
import { javaOnlyOptionsOf } from '../client/connection-string.ts';
import { refuseTrustStore } from '../client/key-store.ts';
import { refuseCredentials } from '../client/refuse-credentials.ts';
import { FORMATTER_CLASSES } from './class-names.ts';
import { doubtfulConverters } from './doubtful-converters.ts';
import type { SourceConfig } from './properties.ts';
import { reviewSchemas } from './review-schemas.ts';

/** Rules that need more than one property, and what is known but not built: refused by name, never ignored. */
export function reviewConfig(config: SourceConfig): Review {
  const schemas = reviewSchemas(config);
  return {
    problems: [...inconsistencies(config), ...schemas.problems, ...notBuilt(config)],
    warnings: [...deprecations(config), ...schemas.warnings, ...withoutEffect(config), ...doubtfulConverters(config)],
  };
}

function inconsistencies(config: SourceConfig): Problem[] {
  const problems: Problem[] = [];
  if (config.collection !== '' && config.database === '') {
    problems.push({
      property: 'collection',
      message: `Invalid value ${config.collection} for configuration collection: Missing database configuration \`database\``,
    });
  }
  if (usesJson(config) && !Object.hasOwn(FORMATTER_CLASSES, config.outputJsonFormatter)) {
    problems.push({
      property: 'output.json.formatter',
      message: `Class not found: ${config.outputJsonFormatter}`,
    });
  }
  const trustStore = refuseTrustStore(config.connectionSslTruststore);
  if (trustStore !== undefined) problems.push({ property: 'connection.ssl.truststore', message: trustStore });
  problems.push(
    ...refuseCredentials(config.mongoCustomAuthMechanismEnable, config.mongoCustomAuthMechanismProviderClass),
  );
  return problems;
}

function notBuilt(config: SourceConfig): Problem[] {
  const refused: Record<string, string | false> = {
    'exactly.once.support': config.exactlyOnceSupport === 'required' && 'exactly-once delivery; expected requested',
  };
  return Object.entries(refused).flatMap(([property, reason]) =>
    reason === false ? [] : [{ property, message: `Not built yet: ${reason}` }],
  );
}

/** Both names of the copying properties, each with its default. */
const COPY_PROPERTIES = {
  'max.threads': 'MaxThreads',
  'queue.size': 'QueueSize',
  pipeline: 'Pipeline',
  'namespace.regex': 'NamespaceRegex',
  'allow.disk.use': 'AllowDiskUse',
} as const;

function deprecations({ originals }: SourceConfig): string[] {
  const warnings: string[] = [];
  const names = Object.keys(COPY_PROPERTIES).map((end) => [
    `startup.mode.copy.existing.${end}`,
    `copy.existing.${end}`,
  ]);
  for (const [current = '', deprecated = ''] of [['startup.mode', 'copy.existing'], ...names]) {
    if (!(deprecated in originals)) continue;
    warnings.push(`${deprecated}: Deprecated, use ${current} instead`);
    if (current in originals) warnings.push(`${deprecated}: Ignored, since ${current} is set`);
  }
  return warnings;
}

function withoutEffect(config: SourceConfig): string[] {
  const warnings: string[] = [];
  for (const option of javaOnlyOptionsOf(config.connectionUri)) {
    warnings.push(`connection.uri: The option ${option} has no meaning here and is left out`);
  }
  if (config.tasksMax > 1)
    warnings.push('tasks.max: A source is always one task, since a change stream is one ordered stream');
  return warnings;
}

/** Schema output writes documents inside of texts with the formatter too. */
const usesJson = (config: SourceConfig): boolean =>
  config.outputFormatKey !== 'bson' || config.outputFormatValue !== 'bson';
