import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A function's bundle in a folder of its own, made of the text of its index.mjs. */
export function writeBundle(parentFolder: string, name: string, source: string): string {
  const folder = join(parentFolder, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.mjs'), source);
  return folder;
}
