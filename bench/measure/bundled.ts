import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { compile } from '../../infra/bundle.ts';

const PROJECT = join(import.meta.dirname, '../..');

/**
 * Writes entry points, by the names of their files, into a folder as images and functions get them: a bundle is not as
 * fast as the sources that it was made of. Resolves with the path of the first one.
 */
export async function bundled(folder: string, entries: Readonly<Record<string, string>>): Promise<string> {
  mkdirSync(folder, { recursive: true });
  for (const [file, entry] of Object.entries(entries)) {
    for (const { contents, path } of await compile(join(PROJECT, entry), file)) {
      writeFileSync(join(folder, basename(path)), contents);
    }
  }
  return join(folder, Object.keys(entries)[0]!);
}
