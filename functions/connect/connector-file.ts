import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { ConfigError, type Problem } from './errors.ts';

/** A connector file: the document that one would POST to Kafka Connect. */
export type ConnectorFile = {
  readonly name: string;
  /** The class as written: a Java class name or an alias of it. */
  readonly connectorClass: string;
  /** All properties, `name` included. */
  readonly properties: Readonly<Record<string, unknown>>;
};

/**
 * Reads the text of a connector file, `{"name": …, "config": {…}}`.
 *
 * @throws ConfigError with everything that is wrong with the document itself; its properties are the connector's.
 */
export function parseConnectorFile(text: string): ConnectorFile {
  const document = parseJson(text);
  if (!isObject(document)) {
    throw new ConfigError([
      { property: '', message: `Expected a JSON object with "name" and "config", got ${kindOf(document)}` },
    ]);
  }
  const problems: Problem[] = Object.keys(document)
    .filter((member) => member !== 'name' && member !== 'config' && member !== '$schema')
    .map((member) => ({
      property: member,
      message: 'Unknown member, expected "name" and "config"; properties belong into "config"',
    }));
  const { name, config } = document;
  if (typeof name !== 'string' || name.trim() === '') {
    problems.push({ property: 'name', message: `Expected a text, got ${kindOf(name)}` });
  }
  if (!isObject(config)) {
    problems.push({ property: 'config', message: `Expected an object of properties, got ${kindOf(config)}` });
    throw new ConfigError(problems);
  }
  const connectorClass = config['connector.class'];
  if (typeof connectorClass !== 'string' || connectorClass.trim() === '') {
    problems.push({
      property: 'connector.class',
      message: 'Missing required configuration "connector.class" which has no default value.',
    });
  }
  if (config.name !== undefined && config.name !== name) {
    problems.push({
      property: 'name',
      message: `Expected the same name in "config" as outside of it ("${name}"), got "${config.name}"`,
    });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    name: String(name).trim(),
    connectorClass: String(connectorClass).trim(),
    properties: { ...config, name },
  };
}

/** Our own words for a syntax error: the parser of the runtime quotes the text, which may hold a secret. */
function parseJson(text: string): unknown {
  const errors: ParseError[] = [];
  const document: unknown = parse(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (!first) return document;
  const before = text.slice(0, first.offset).split('\n');
  const at = `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
  throw new ConfigError([{ property: '', message: `Not valid JSON: ${printParseErrorCode(first.error)} at ${at}` }]);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
