import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { referencePages } from './reference-pages.ts';

/** Writes the pages that are not as the declarations say, or with `--check` only names them and fails. */
export function generate(folder: string, { check }: { check: boolean }, out: (line: string) => void): boolean {
  const stale = Object.entries(referencePages()).filter(([name, text]) => {
    const file = join(folder, name);
    return !existsSync(file) || readFileSync(file, 'utf8') !== text;
  });
  for (const [name, text] of stale) {
    if (!check) writeFileSync(join(folder, name), text);
    out(check ? `docs/${name} is stale: run "npm run docs" and commit it` : `docs/${name} written`);
  }
  return stale.length === 0 || !check;
}

if (import.meta.main) {
  const unknown = process.argv.slice(2).find((argument) => argument !== '--check');
  if (unknown !== undefined) console.error(`Unknown option ${unknown}, expected --check or nothing`);
  const isDone =
    unknown === undefined && generate(import.meta.dirname, { check: process.argv.includes('--check') }, console.log);
  process.exitCode = isDone ? 0 : 1;
}
