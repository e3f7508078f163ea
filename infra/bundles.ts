import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleFunction, bundleSink, bundleSource } from './bundle.ts';
import type { Environment } from './environment.ts';

/** The folders that become images and function code. */
export type Bundles = {
  readonly replay: string;
  readonly widget: string;
  readonly topics: string;
  source(connector: string): string;
  sink(connector: string): string;
};

const project = join(import.meta.dirname, '..');

/** Where the bundles of an environment lie, made or not. */
export function bundlesIn(folder: string): Bundles {
  return {
    replay: join(folder, 'replay'),
    widget: join(folder, 'widget'),
    topics: join(folder, 'topics'),
    source: (connector) => join(folder, `source-${connector}`),
    sink: (connector) => join(folder, `sink-${connector}`),
  };
}

/** Compiles everything that an environment deploys; has to be done before the stacks are made, which hash the folders. */
export async function bundleEnvironment({ name, sinks, sources }: Environment): Promise<Bundles> {
  const folder = join(project, 'dist', name);
  // a connector that was removed leaves nothing behind
  await rm(folder, { recursive: true, force: true });
  const bundles = bundlesIn(folder);
  await Promise.all([
    bundleFunction('replay', bundles.replay),
    bundleFunction('widget', bundles.widget),
    bundleFunction('topics', bundles.topics),
    ...sinks.map((sink) => bundleSink(bundles.sink(sink.name), sink)),
    ...sources.map(async (source) => {
      await bundleSource(bundles.source(source.name), source.file);
      await copyFile(join(project, 'functions/source/Dockerfile'), join(bundles.source(source.name), 'Dockerfile'));
    }),
  ]);
  return bundles;
}
