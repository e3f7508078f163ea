import { parse } from 'jsonc-parser';
import { parseConnectorFile } from '../../functions/connect/connector-file.ts';
import { ConfigError, type Problem } from '../../functions/connect/errors.ts';
import { modulesOf } from '../../infra/connector-modules.ts';
import { reviewSecrets } from '../../infra/placeholders.ts';
import { type Connector, connectorOf, KNOWN_CLASSES } from '../connector-of.ts';

/** What is wrong or odd about a file, and in a word or two what it is. */
export type Review = {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  readonly summary: string;
};

/** `refused` where the file is deployed, `allowed` on one machine, `warned` where nobody knows. */
export type Secrets = 'allowed' | 'warned' | 'refused';

type Properties = Readonly<Record<string, unknown>>;

/**
 * Everything that is wrong with a connector file, at once: with the document and with its properties.
 *
 * `secrets`: what a password in the file is, by where the file is. `file`: its modules are looked for beside it.
 */
export function reviewConnectorFile(text: string, { file, secrets }: { file: string; secrets: Secrets }): Review {
  const { document, properties } = readDocument(text);
  const connectorClass = properties?.['connector.class'];
  const connector = typeof connectorClass === 'string' ? connectorOf(connectorClass.trim()) : undefined;
  if (!properties || typeof connectorClass !== 'string') return { problems: document, warnings: [], summary: '' };
  if (!connector) {
    const message = `Unknown class ${connectorClass}; expected one of ${KNOWN_CLASSES.join(', ')}, or an alias of it`;
    return { problems: [...document, { property: 'connector.class', message }], warnings: [], summary: '' };
  }
  const { problems, warnings } = connector.config.validate(properties, 'synth');
  const { problems: missing } = modulesOf(connector, properties, file);
  const found = secrets === 'allowed' ? [] : reviewSecrets(properties, (property) => isSecret(connector, property));
  // a name that is missing is missing only once
  const others = problems.filter(({ property }) => !document.some((problem) => problem.property === property));
  return {
    problems: [...document, ...others, ...missing, ...(secrets === 'refused' ? found : [])],
    warnings: [
      ...warnings,
      ...(secrets === 'warned' ? found.map(({ property, message }) => `${property}: ${message}`) : []),
    ],
    summary: `${connector.type} connector ${String(properties.name)}`,
  };
}

/** The problems of the document itself, and its properties as far as they can be read all the same. */
function readDocument(text: string): { document: readonly Problem[]; properties?: Properties } {
  try {
    return { document: [], properties: parseConnectorFile(text).properties };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const read: unknown = parse(text);
    const config = isObject(read) ? read.config : undefined;
    const { problems } = error;
    const isSyntax = problems.some(({ property }) => property === '');
    return isSyntax || !isObject(config) || !isObject(read)
      ? { document: problems }
      : { document: problems, properties: { ...config, ...(read.name !== undefined && { name: read.name }) } };
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isSecret = ({ config }: Connector, property: string): boolean =>
  config.properties[property]?.meta()?.secret === true;
