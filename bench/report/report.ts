import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownVersions, thisMachine } from './machine.ts';
import { type Report, toResults } from './results.ts';
import { toMarkdown } from './to-markdown.ts';

/** Where `npm run bench` leaves the figures of each bench. */
export const resultsFolder = join(import.meta.dirname, '../results');

/** Prints a bench's Markdown and writes its figures to `bench/results/<bench>.json`. */
export function report(measured: Report, folder: string = resultsFolder): void {
  const results = toResults(measured, { machine: thisMachine(), versions: ownVersions(), now: new Date() });
  console.log(toMarkdown(results));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${measured.bench}.json`), `${JSON.stringify(results, undefined, 2)}\n`);
}
