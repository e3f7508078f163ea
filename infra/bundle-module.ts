import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { ConfigError } from '../functions/connect/errors.ts';
import { type ConnectorModule, MODULE_PROPERTY } from './connector-modules.ts';

/**
 * Compiles a module with everything it imports into `<class name>.mjs` in a folder.
 *
 * @throws ConfigError where it can't be compiled, or does not export what the connector will ask it for.
 */
export async function bundleModule({ className, file }: ConnectorModule, outFolder: string): Promise<void> {
  const refused = (why: string, cause?: unknown) =>
    new ConfigError([{ property: MODULE_PROPERTY, message: `${basename(file)}: ${why}` }], 'CONFIG_INVALID', { cause });
  const { metafile } = await build({
    entryPoints: [file],
    // what the output says about where it comes from is the same on every machine
    absWorkingDir: dirname(file),
    outfile: join(outFolder, `${className}.mjs`),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    metafile: true,
    logLevel: 'silent',
  }).catch((error: Error) => {
    throw refused(`It can't be compiled: ${error.message}`, error);
  });
  const names = Object.values(metafile.outputs).flatMap((output) => output.exports);
  if (!names.includes('createTransformer')) throw refused('Expected it to export a function createTransformer');
}
