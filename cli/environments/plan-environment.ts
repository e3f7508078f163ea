/** A file of an environment, by its path below the environment's folder. */
export type EnvironmentFile = { readonly path: string; readonly text: string };

type Settings = Record<string, unknown> & {
  network?: { kind?: unknown; cidr?: unknown };
  tags?: Record<string, unknown>;
};

/** Paths from a file to its schema, by where the file lies. */
const SCHEMAS = {
  environment: '../../../docs/environment.schema.json',
  connector: '../../../../docs/connector.schema.json',
} as const;

/**
 * The files of a new environment, made of those of another one.
 *
 * Secrets that are named after the other one get the new name, and so does the tag `stage`; a VPC that is made gets an
 * address range that no other environment has, so that both can be reached from one place.
 */
export function planEnvironment(
  name: string,
  from: { readonly name: string; readonly files: readonly EnvironmentFile[] },
  usedCidrs: readonly string[],
): EnvironmentFile[] {
  return from.files.map(({ path, text }) => {
    if (path === 'environment.json') return { path, text: toSettings(text, { name, from: from.name, usedCidrs }) };
    return path.endsWith('.json') ? { path, text: toConnector(text, name, from.name) } : { path, text };
  });
}

function toSettings(
  text: string,
  { from, name, usedCidrs }: { name: string; from: string; usedCidrs: readonly string[] },
): string {
  // an account is one environment's own; region, sizes and limits are taken over
  const { $schema: _, account: __, network, tags, ...others } = JSON.parse(text) as Settings;
  return toText({
    $schema: SCHEMAS.environment,
    ...(network && { network: network.kind === 'made' ? { ...network, cidr: freeCidr(usedCidrs) } : network }),
    ...others,
    ...(tags && { tags: tags.stage === from ? { ...tags, stage: name } : tags }),
  });
}

function toConnector(text: string, name: string, from: string): string {
  const { $schema: _, ...document } = JSON.parse(text) as Record<string, unknown>;
  const renamed = JSON.stringify(document).replaceAll(`tailrace/${from}/`, `tailrace/${name}/`);
  return toText({ $schema: SCHEMAS.connector, ...(JSON.parse(renamed) as Record<string, unknown>) });
}

const toText = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;

/** The first of 10.42.0.0/16 … 10.255.0.0/16 that nobody has, then 10.0.0.0/16 and on. */
function freeCidr(used: readonly string[]): string {
  const taken = new Set(used.map((cidr) => cidr.split('.').slice(0, 2).join('.')));
  for (let step = 0; step < 256; step += 1) {
    const prefix = `10.${(FIRST_RANGE + step) % 256}`;
    if (!taken.has(prefix)) return `${prefix}.0.0/16`;
  }
  return `10.${FIRST_RANGE}.0.0/16`;
}

const FIRST_RANGE = 42;
