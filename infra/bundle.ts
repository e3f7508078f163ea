import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, parse } from 'node:path';
import { build, type OutputFile } from 'esbuild';
import { lighterDriver } from './bundle-driver.ts';
import { bundleModule } from './bundle-module.ts';
import { certificatesIn } from './certificates.ts';
import type { ConnectorModule } from './connector-modules.ts';

const project = join(import.meta.dirname, '..');

/** The deployables: entry points by the names of their files. The first one is what its host starts. */
const deployables = {
  source: { 'main.mjs': 'functions/source/main.ts', 'encode-thread.mjs': 'functions/source/encode-thread.ts' },
  sink: { 'index.mjs': 'functions/sink/handler.ts' },
  replay: { 'index.mjs': 'functions/replay/handler.ts' },
  widget: { 'index.mjs': 'functions/widget/handler.ts' },
  topics: { 'index.mjs': 'functions/topics/handler.ts' },
} as const;

type Deployable = keyof typeof deployables;

/** Optional modules of mongodb that are native or not installed; it asks for them only when a connection string does. */
const OPTIONAL = ['@mongodb-js/zstd', 'gcp-metadata', 'kerberos', 'mongodb-client-encryption', 'snappy', 'socks'];

/** CommonJS packages inside an ESM bundle call `require` for Node's own modules. */
const REQUIRE_BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** Writes `main.mjs`, its chunks, source maps and `connector.json` into a folder; resolves with the path of `main.mjs`. */
export const bundleSource = (outFolder: string, connectorFilePath: string): Promise<string> =>
  writeBundle('source', outFolder, connectorFilePath);

/**
 * Writes `index.mjs`, its chunks, source maps, `connector.json` and the connector's modules into a folder; resolves with
 * the path of `index.mjs`.
 */
export async function bundleSink(
  outFolder: string,
  { file, modules }: { readonly file: string; readonly modules: readonly ConnectorModule[] },
): Promise<string> {
  const [index] = await Promise.all([
    writeBundle('sink', outFolder, file),
    ...modules.map((module) => bundleModule(module, outFolder)),
  ]);
  return index;
}

/**
 * Writes `index.mjs`, its chunks and source maps into a folder; resolves with the path of `index.mjs`. These functions
 * are of an environment, and have no connector.
 */
export const bundleFunction = (deployable: 'replay' | 'widget' | 'topics', outFolder: string): Promise<string> =>
  writeBundle(deployable, outFolder);

async function writeBundle(deployable: Deployable, outFolder: string, connectorFilePath?: string): Promise<string> {
  const files = await compiled(deployable);
  await mkdir(outFolder, { recursive: true });
  await Promise.all([
    ...files.map(({ path, contents }) => writeFile(join(outFolder, basename(path)), contents)),
    ...(connectorFilePath === undefined ? [] : packedWith(connectorFilePath, outFolder)),
  ]);
  return join(outFolder, Object.keys(deployables[deployable])[0]!);
}

/** The connector file, and the certificates that lie beside it. */
const packedWith = (connectorFilePath: string, outFolder: string): Promise<void>[] => [
  copyFile(connectorFilePath, join(outFolder, 'connector.json')),
  ...certificatesIn(dirname(connectorFilePath)).map((file) => copyFile(file, join(outFolder, basename(file)))),
];

const builds = new Map<Deployable, Promise<readonly OutputFile[]>>();

/** Connectors share the code and differ in `connector.json` only, so each deployable is compiled once per process. */
function compiled(deployable: Deployable): Promise<readonly OutputFile[]> {
  const known = builds.get(deployable) ?? compileAll(deployable);
  builds.set(deployable, known);
  return known;
}

async function compileAll(deployable: Deployable): Promise<readonly OutputFile[]> {
  const entries = Object.entries(deployables[deployable]);
  return (await Promise.all(entries.map(([file, entry]) => compile(join(project, entry), file)))).flat();
}

/**
 * Compiles one entry point with everything it imports into ESM files: one that is loaded at once, and a chunk for what is
 * imported when it is first needed. A cold start reads the first alone, and most of its time is reading.
 *
 * The bytes depend on the sources alone, neither on the output folder nor on where the project lies: the asset hash of
 * unchanged code stays the same, and a deployment leaves it alone.
 */
export async function compile(entry: string, file: string): Promise<readonly OutputFile[]> {
  const { name, ext } = parse(file);
  const { outputFiles } = await build({
    entryPoints: { [name]: entry },
    absWorkingDir: project,
    // never written: it only fixes what the source map's paths are relative to
    outdir: dirname(entry),
    outExtension: { '.js': ext },
    chunkNames: 'chunk-[hash]',
    write: false,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    external: OPTIONAL,
    plugins: [lighterDriver],
    banner: { js: REQUIRE_BANNER },
    minify: true,
    // stack traces and logs keep the names of functions and classes
    keepNames: true,
    sourcemap: true,
    // line numbers are enough for a stack trace; the sources are in the repository
    sourcesContent: false,
    legalComments: 'linked',
    logLevel: 'error',
  });
  return outputFiles;
}
