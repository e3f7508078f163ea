import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resultsFolder } from '../bench/report/report.ts';
import type { Results } from '../bench/report/results.ts';
import { toMarkdown } from '../bench/report/to-markdown.ts';

/** The page with the tables of `bench/results/` between its marks; what stands around them is written by hand. */
export const performancePage = (): string =>
  withResults(readFileSync(join(import.meta.dirname, 'performance.md'), 'utf8'), (bench) =>
    JSON.parse(readFileSync(join(resultsFolder, `${bench}.json`), 'utf8')),
  );

const MARKED = /(<!-- results of "npm run bench -- (\w+)[^"]*" -->\n).*?(<!-- end of results -->)/gs;

/** @throws Error where a page has no marks: then its figures would be anybody's. */
export function withResults(page: string, resultsOf: (bench: string) => Results): string {
  if (!page.match(MARKED)) throw new Error('Expected marks for results in docs/performance.md, found none');
  return page.replace(MARKED, (_, begin: string, bench: string, end: string) => {
    return `${begin}\n${toMarkdown(resultsOf(bench))}\n\n${end}`;
  });
}
