import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { environmentSchema } from '../../infra/environment-schema.ts';

const PAGES = globSync(['*.md', 'docs/**/*.md']).sort();

/** As GitHub makes them of headings. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

const anchorsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

/** What is wrong with the links of a page that lead into the repository. */
function brokenLinks(page: string): string[] {
  const text = readFileSync(page, 'utf8').replace(/```.*?```/gs, '');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : relative('.', join(dirname(page), path));
      if (!existsSync(file)) return true;
      return anchor !== undefined && statSync(file).isFile() && !anchorsOf(file).includes(anchor);
    });
}

test('there are pages to look at', () => {
  expect(PAGES).toEqual(expect.arrayContaining(['README.md', 'docs/deploy.md', 'docs/operations.md']));
});

test.each(PAGES)('every link of %s leads to a file and a heading that are there', (page) => {
  expect(brokenLinks(page)).toEqual([]);
});

test('what docs/deploy.md shows of an environment.json is valid', () => {
  const text = readFileSync('docs/deploy.md', 'utf8');
  const shown = [...text.matchAll(/```json\n(.*?)```/gs)].map(([, json = '']) => `{${json}}`);
  const inline = [...text.matchAll(/`("mongodb": \{[^`]*)`/g)].map(([, json = '']) => `{${json}}`);
  expect([shown.length, inline.length]).toEqual([1, 1]);
  for (const json of [...shown, ...inline]) {
    expect(environmentSchema.safeParse(JSON.parse(json)).error).toBeUndefined();
  }
});
