import { MongoClient } from 'mongodb';
import { ConfigError } from '../../../../connect/errors.ts';
import type { Log } from '../../../../connect/log.ts';
import { hostsOf, toDriverUri } from '../../client/connection-string.ts';
import type { SourceConfig } from '../properties.ts';
import { type DeploymentFacts, type Findings, toFacts } from './deployment-facts.ts';
import { type Asked, type Features, nameOf, planFeatures } from './plan-features.ts';

/** Asks the deployment; throws where no server is reached. */
export type Probe = (config: SourceConfig, signal: AbortSignal) => Promise<Findings>;

/**
 * Finds out once what the deployment can do, prints it and what follows from it.
 *
 * @throws ConfigError with every combination that cannot work, by name; what the probe throws where no server is
 *   reached, so that the caller tries again.
 */
export async function findFeatures(
  config: SourceConfig,
  probe: Probe,
  log: Log,
  signal: AbortSignal,
): Promise<Features> {
  const facts = toFacts(await probe(config, signal), hostsOf(config.connectionUri), config);
  const { features, refusals, warnings } = planFeatures(facts, config, askedBy(config));
  log.info('Deployment probed', { ...printed(facts), ...features });
  for (const warning of warnings) log.warn(warning, { missingActions: facts.missingActions });
  if (refusals.length > 0) throw new ConfigError(refusals, 'MONGODB_REFUSED');
  return features;
}

/** Asks once, and again where asking failed. */
export function featuresOnce(find: () => Promise<Features>): () => Promise<Features> {
  let known: Promise<Features> | undefined;
  return () => {
    known ??= find().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
}

/** The driver's reading of the connection string; it does not connect. */
function askedBy({ connectionUri }: SourceConfig): Asked {
  const { options, readPreference } = new MongoClient(toDriverUri(connectionUri));
  return { readPreference: readPreference.mode, isDirect: options.directConnection === true };
}

const printed = (facts: DeploymentFacts) => ({
  deployment: nameOf(facts),
  topology: facts.topology ?? 'unknown',
  hosting: facts.service,
  ...(facts.unknown.length > 0 && { unknown: facts.unknown }),
});
