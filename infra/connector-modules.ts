import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Problem } from '../functions/connect/errors.ts';

/** A module that a connector loads at its start, by the class name that its file gives it. */
export type ConnectorModule = { readonly className: string; readonly file: string };

const ENDINGS = ['.mjs', '.ts'];
export const MODULE_PROPERTY = 'field.value.transformer';

type Properties = Readonly<Record<string, unknown>>;
type NamesModules = { modules(properties: Readonly<Record<string, string>>): readonly string[] };

/** The modules that a connector's properties name. They lie beside its file; a problem for each that is missing. */
export function modulesOf(
  connector: NamesModules,
  properties: Properties,
  connectorFile: string,
): { modules: readonly ConnectorModule[]; problems: readonly Problem[] } {
  const texts = Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, String(value).trim()]));
  const modules: ConnectorModule[] = [];
  const problems: Problem[] = [];
  for (const className of connector.modules(texts)) {
    const paths = ENDINGS.map((ending) => join(dirname(connectorFile), `${className}${ending}`));
    const file = paths.find((path) => existsSync(path));
    if (file) modules.push({ className, file });
    else problems.push(missing(className));
  }
  return { modules, problems };
}

const missing = (className: string): Problem => ({
  property: MODULE_PROPERTY,
  message: `Class not found: ${className}; expected a module ${className}.mjs or .ts beside the connector file`,
});
