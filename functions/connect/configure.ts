import type { ConnectorConfig } from './connector-config.ts';
import { parseConnectorFile } from './connector-file.ts';
import { ConfigError } from './errors.ts';

type Configurable = { readonly config: ConnectorConfig<unknown> };
type ConfigOfConnector<Connector> = Connector extends { readonly config: ConnectorConfig<infer Config> }
  ? Config
  : never;
type Properties = Readonly<Record<string, unknown>>;

export type Configured<Connector> = {
  readonly name: string;
  readonly connector: Connector;
  readonly config: ConfigOfConnector<Connector>;
  readonly warnings: readonly string[];
};

/**
 * From the text of a connector file to a connector and its parsed properties, as every deployable does at its start.
 *
 * @throws ConfigError with everything that is wrong.
 */
export async function configure<Connector extends Configurable>(
  text: string,
  connectorOf: (connectorClass: string) => Connector | undefined,
  resolvePlaceholders: (properties: Properties) => Promise<Properties>,
): Promise<Configured<Connector>> {
  const { name, connectorClass, properties } = parseConnectorFile(text);
  const connector = connectorOf(connectorClass);
  if (!connector)
    throw new ConfigError([{ property: 'connector.class', message: `Class not found: ${connectorClass}` }]);
  const { config, problems, warnings } = connector.config.validate(await resolvePlaceholders(properties), 'start');
  if (config === undefined) throw new ConfigError(problems);
  return { name, connector, config: config as ConfigOfConnector<Connector>, warnings };
}
