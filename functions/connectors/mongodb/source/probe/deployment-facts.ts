import type { Document } from 'mongodb';

/** Major, minor, patch. */
export type Version = readonly [number, number, number];

/** What a deployment says of itself; `undefined` is what it did not say. */
export type DeploymentFacts = {
  readonly topology: 'replica set' | 'sharded cluster' | 'standalone server' | 'load balancer' | undefined;
  readonly service: 'MongoDB' | 'Atlas' | 'DocumentDB' | 'DocumentDB elastic cluster';
  readonly version: Version | undefined;
  /** What the version is held down to until an upgrade is finished. */
  readonly featureVersion: Version | undefined;
  readonly maxWireVersion: number | undefined;
  /** Members that hold data, of a replica set. */
  readonly members: number | undefined;
  /** Whether its oldest entry can be read, so that one knows how far the oplog reaches back. */
  readonly isOplogReadable: boolean;
  /** Actions that the user lacks for what is watched; nothing where it is not known. */
  readonly missingActions: readonly string[] | undefined;
  /** What could not be found out, each with the reason. */
  readonly unknown: readonly string[];
};

/** A command's answer, or why there is none. */
export type Finding = { readonly reply: Document } | { readonly refused: string };

export type Findings = Readonly<Record<'hello' | 'buildInfo' | 'featureVersion' | 'oplog' | 'rights', Finding>>;

/** Reads what the commands of a probe found; `hosts` are those of the connection string. */
export function toFacts(findings: Findings, hosts: readonly string[], target: Target): DeploymentFacts {
  const { hello = {}, buildInfo = {}, featureVersion = {}, oplog = {} } = replies(findings);
  const knownHosts = [...hosts, ...((hello.hosts ?? []) as string[])];
  const service = serviceOf(knownHosts);
  return {
    topology: 'reply' in findings.hello ? topologyOf(hello) : undefined,
    service,
    version: parseVersion(buildInfo.version) ?? versionOfWire(hello.maxWireVersion),
    featureVersion: parseVersion(featureVersion.featureCompatibilityVersion?.version),
    maxWireVersion: hello.maxWireVersion,
    members: hello.setName === undefined ? undefined : [...(hello.hosts ?? []), ...(hello.passives ?? [])].length,
    // a mongos has none, and says so by finding nothing
    isOplogReadable: oplog.cursor?.firstBatch?.[0]?.ts !== undefined,
    missingActions: 'reply' in findings.rights ? missingActions(findings.rights.reply, target) : undefined,
    unknown: Object.entries(findings).flatMap(([name, finding]) =>
      'refused' in finding ? [`${WORDS[name as keyof Findings]}: ${finding.refused}`] : [],
    ),
  };
}

/** The database and collection that is watched; empty: all of them. */
export type Target = { readonly database: string; readonly collection: string };

const WORDS = {
  hello: 'kind of deployment',
  buildInfo: 'version',
  featureVersion: 'feature compatibility version',
  oplog: 'reach of the oplog',
  rights: 'rights of the user',
} as const satisfies Record<keyof Findings, string>;

const replies = (findings: Findings): Partial<Record<keyof Findings, Document>> =>
  Object.fromEntries(
    Object.entries(findings).flatMap(([name, finding]) => ('reply' in finding ? [[name, finding.reply]] : [])),
  );

function topologyOf(hello: Document): DeploymentFacts['topology'] {
  if (hello.msg === 'isdbgrid') return 'sharded cluster';
  if (hello.serviceId !== undefined) return 'load balancer';
  // a member that is only just starting has no name of its set yet
  if (hello.setName !== undefined || hello.isreplicaset === true) return 'replica set';
  return 'standalone server';
}

function serviceOf(hosts: readonly string[]): DeploymentFacts['service'] {
  const names = hosts.map((host) => host.replace(/:\d+$/, '').toLowerCase());
  if (names.some((name) => /\.docdb-elastic\.amazonaws\.com(\.cn)?$/.test(name))) return 'DocumentDB elastic cluster';
  if (names.some((name) => /\.docdb\.amazonaws\.com(\.cn)?$/.test(name))) return 'DocumentDB';
  return names.some((name) => name.endsWith('.mongodb.net')) ? 'Atlas' : 'MongoDB';
}

function parseVersion(text: unknown): Version | undefined {
  const [, major, minor, patch = '0'] = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(String(text)) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

/** The lowest version that speaks a wire version, where a server keeps its own version to itself. */
const VERSIONS_OF_WIRE: Readonly<Record<number, Version>> = {
  8: [4, 2, 0],
  9: [4, 4, 0],
  13: [5, 0, 0],
  17: [6, 0, 0],
  21: [7, 0, 0],
  25: [8, 0, 0],
};
const versionOfWire = (wire: unknown): Version | undefined => VERSIONS_OF_WIRE[Number(wire)];

const NEEDED = ['changeStream', 'find'];

/** A deployment that asks for no login grants everything. */
function missingActions({ authInfo = {} }: Document, target: Target): readonly string[] {
  if ((authInfo.authenticatedUsers ?? []).length === 0) return [];
  const privileges = (authInfo.authenticatedUserPrivileges ?? []) as Document[];
  const granted = new Set(
    privileges.filter(({ resource }) => covers(resource ?? {}, target)).flatMap(({ actions }) => actions ?? []),
  );
  return NEEDED.filter((action) => !granted.has(action));
}

/** In doubt a resource covers what is watched, since the server has the last word. */
function covers(resource: Document, { collection, database }: Target): boolean {
  if (resource.anyResource === true || resource.cluster === true) return true;
  const { db = '', collection: name = '' } = resource;
  return (db === '' || db === database) && (name === '' || (name === collection && collection !== ''));
}
