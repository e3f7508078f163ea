import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Loads the modules of a connector, which lie beside its file: the operator's own code, packed with the connector. The
 * one place that imports what nobody here knows.
 */
export const moduleLoader =
  (connectorFile: string) =>
  (className: string): Promise<unknown> =>
    import(pathToFileURL(join(dirname(connectorFile), `${className}.mjs`)).href);
