import type { Problem } from '../../../../connect/errors.ts';
import { parseDocuments } from '../json-properties.ts';
import type { SourceConfig } from '../properties.ts';
import type { DeploymentFacts, Version } from './deployment-facts.ts';

/** What a deployment can do for a change stream; `unknown` where it does not say its version. */
export type Features = {
  /** Whether `$changeStreamSplitLargeEvent` may end the aggregation pipeline. */
  readonly splitsLargeEvents: boolean;
  readonly images: Can;
  readonly expandedEvents: Can;
  /** Whether the reach of the oplog can be measured. */
  readonly readsOplog: boolean;
};
export type Can = 'yes' | 'no' | 'unknown';

export type FeaturePlan = {
  readonly features: Features;
  /** Combinations that cannot work, or would lose something in silence: nothing is read. */
  readonly refusals: readonly Problem[];
  /** What an operator had better know. */
  readonly warnings: readonly string[];
};

/** How the connection string asks for members. */
export type Asked = { readonly readPreference: string; readonly isDirect: boolean };

/**
 * What follows from what was found. Only what is known leads to a refusal: refusing a connector that works is dearer
 * than leaving it to the server, which refuses in its own words.
 */
export function planFeatures(facts: DeploymentFacts, config: SourceConfig, asked: Asked): FeaturePlan {
  const features = featuresOf(facts, config);
  return {
    features,
    refusals: [...deploymentRefusals(facts, config, asked), ...propertyRefusals(facts, config, features)],
    warnings: warningsOf(facts),
  };
}

const isDocumentDb = ({ service }: DeploymentFacts): boolean => service.startsWith('DocumentDB');

function featuresOf(facts: DeploymentFacts, config: SourceConfig): Features {
  const hasSix = isDocumentDb(facts) ? 'no' : atLeast(facts, [6, 0, 0]);
  return {
    // the stage is no part of the stable API, so a strict client may not use it
    splitsLargeEvents: canSplit(facts) === 'yes' && !(config.serverApiVersion !== '' && config.serverApiStrict),
    images: hasSix,
    expandedEvents: hasSix,
    readsOplog: facts.isOplogReadable,
  };
}

/** Since 7.0, and since 6.0.9 of the line before; the releases between the two lines never had it. */
function canSplit(facts: DeploymentFacts): Can {
  if (isDocumentDb(facts)) return 'no';
  const [major = 0, minor = 0] = facts.version ?? [];
  return major === 6 && minor === 0 ? atLeast(facts, [6, 0, 9]) : atLeast(facts, [7, 0, 0]);
}

function atLeast({ featureVersion, version }: DeploymentFacts, needed: Version): Can {
  if (!version) return 'unknown';
  const held: Version | undefined = featureVersion && [featureVersion[0], featureVersion[1], Number.POSITIVE_INFINITY];
  return isBelow(version, needed) || (held && isBelow(held, needed)) ? 'no' : 'yes';
}

function isBelow(version: Version, needed: Version): boolean {
  const index = needed.findIndex((part, at) => part !== version[at]);
  return index >= 0 && Number(version[index]) < Number(needed[index]);
}

type Refusal = readonly [property: string, isRefused: boolean, message: string];

const toProblems = (refusals: readonly Refusal[]): Problem[] =>
  refusals.flatMap(([property, isRefused, message]) => (isRefused ? [{ property, message }] : []));

const STABLE_API_WIRE_VERSION = 13;

const deploymentRefusals = (facts: DeploymentFacts, config: SourceConfig, asked: Asked): Problem[] =>
  toProblems([
    [
      'connection.uri',
      facts.topology === 'standalone server',
      'Expected a replica set or a sharded cluster, got a standalone server, which has no change streams; start it with --replSet',
    ],
    [
      'connection.uri',
      facts.service === 'DocumentDB elastic cluster',
      'Expected a deployment with change streams, got a DocumentDB elastic cluster, which has none',
    ],
    [
      'connection.uri',
      asked.readPreference === 'secondary' && !asked.isDirect && facts.members === 1,
      'Expected a secondary for readPreference=secondary, got a replica set of one member; use secondaryPreferred',
    ],
    [
      'server.api.version',
      config.serverApiVersion !== '' && (facts.maxWireVersion ?? STABLE_API_WIRE_VERSION) < STABLE_API_WIRE_VERSION,
      `Server Version API requires MongoDB 5.0 or greater, got ${nameOf(facts)}`,
    ],
    [
      'collection',
      config.collection === '' && atLeast(facts, [4, 0, 0]) === 'no',
      `Expected a collection, since only MongoDB 4.0 and newer can watch more than one, got ${nameOf(facts)}`,
    ],
  ]);

function propertyRefusals(
  facts: DeploymentFacts,
  config: SourceConfig,
  { expandedEvents, images }: Features,
): Problem[] {
  const { changeStreamFullDocument: after, changeStreamFullDocumentBeforeChange: before } = config;
  const name = nameOf(facts);
  return toProblems([
    [
      'change.stream.full.document',
      images === 'no' && NEEDS_IMAGES.has(after),
      `Expected MongoDB 6.0 or newer for ${after}, got ${name}, which keeps no post-images; use updateLookup`,
    ],
    [
      'change.stream.full.document.before.change',
      images === 'no' && NEEDS_IMAGES.has(before),
      `Expected MongoDB 6.0 or newer for ${before}, got ${name}, which keeps no pre-images; leave it out`,
    ],
    [
      'change.stream.show.expanded.events',
      expandedEvents === 'no' && config.changeStreamShowExpandedEvents,
      `Expected MongoDB 6.0 or newer, got ${name}, which has no expanded events; leave it out`,
    ],
    [
      'pipeline',
      canSplit(facts) === 'no' && parseDocuments(config.pipeline).some((stage) => SPLIT_STAGE in stage),
      `Expected MongoDB 6.0.9, 7.0 or newer for ${SPLIT_STAGE}, got ${name}; leave the stage out`,
    ],
  ]);
}

const NEEDS_IMAGES: ReadonlySet<string> = new Set(['whenAvailable', 'required']);
const SPLIT_STAGE = '$changeStreamSplitLargeEvent';

function warningsOf(facts: DeploymentFacts): string[] {
  const warnings: readonly (readonly [isDue: boolean, warning: string])[] = [
    [
      facts.service === 'DocumentDB',
      'DocumentDB keeps changes for 3 hours unless change_stream_log_retention_duration says otherwise, and only of what modifyChangeStreams has enabled',
    ],
    [
      (facts.missingActions ?? []).length > 0,
      'The user of connection.uri seems to lack rights to watch this; MongoDB has the last word',
    ],
  ];
  return warnings.flatMap(([isDue, warning]) => (isDue ? [warning] : []));
}

/** `MongoDB 6.0.4`, `DocumentDB 5.0.0`, `MongoDB 7.0.2 held down to 5.0`. */
export function nameOf({ featureVersion, service, version }: DeploymentFacts): string {
  const product = service === 'Atlas' ? 'MongoDB' : service;
  const isHeldDown = version && featureVersion && isBelow(featureVersion, [version[0], version[1], 0]);
  const held = isHeldDown ? ` held down to ${featureVersion.slice(0, 2).join('.')}` : '';
  return `${product} ${version ? version.join('.') : 'of unknown version'}${held}`;
}
