import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { testNamesOf } from './test-names.ts';

const painSchema = z.strictObject({
  number: z.int(),
  pain: z.string().min(1),
  /** What is done about it; empty where nothing is. */
  here: z.string(),
  tests: z.array(z.strictObject({ file: z.string(), name: z.string() })),
  /** What is left, and why. */
  notYet: z.string().min(1).optional(),
});

export type Pain = z.output<typeof painSchema>;
/** The text of a file of the project, or nothing where it is not there. */
export type ReadText = (file: string) => string | undefined;

const HOW_MANY = 40;
const project = join(import.meta.dirname, '..');

/** The page of what people suffer from, from `docs/pains.json`. */
export const painPage = (): string =>
  toPainPage(
    z.array(painSchema).parse(JSON.parse(readFileSync(join(import.meta.dirname, 'pains.json'), 'utf8'))),
    (file) => (existsSync(join(project, file)) ? readFileSync(join(project, file), 'utf8') : undefined),
  );

/**
 * Each pain with what is done about it, and the tests that would fail if it were not so.
 *
 * @throws Error with everything that is wrong: a test that is not there, or a pain with neither a test nor a reason.
 */
export function toPainPage(pains: readonly Pain[], readText: ReadText): string {
  const problems = [
    ...(pains.length === HOW_MANY ? [] : [`Expected ${HOW_MANY} pains, got ${pains.length}`]),
    ...pains.flatMap((pain, index) => problemsOf(pain, index + 1, readText)),
  ];
  if (problems.length > 0) throw new Error(`docs/pains.json: ${problems.join('\n')}`);
  const isWhole = ({ notYet, tests }: Pain) => tests.length > 0 && notYet === undefined;
  const open = pains.filter(({ tests }) => tests.length === 0);
  return [
    ...['# What people suffer from', ''],
    '<!-- Written by "npm run docs" from docs/pains.json: change that, not this page. -->',
    '',
    'Forty things that users of change streams, Kafka Connect and sinks into MongoDB complain about, and what became of each',
    `here: ${pains.filter(isWhole).length} are covered by tests, ${pains.length - pains.filter(isWhole).length - open.length} in part, ${open.length} not yet. Every test named here is there: the generator of this page`,
    'looks for it.',
    '',
    ...pains.flatMap(toSection),
  ].join('\n');
}

function toSection({ here, notYet, number, pain, tests }: Pain): string[] {
  return [
    ...[`## ${number}. ${pain}`, ''],
    ...(here ? [here, ''] : []),
    ...tests.map(({ file, name }) => `- [${file.replace(/^test\//, '')}](../${file}): ${quoted(name)}`),
    ...(tests.length > 0 ? [''] : []),
    ...(notYet ? [`**Not yet**: ${notYet}`, ''] : []),
  ];
}

/** Placeholders of a table's name and code in it are no Markdown. */
const quoted = (name: string): string => `\`${name.replaceAll('`', "'")}\``;

function problemsOf({ notYet, number, tests }: Pain, expected: number, readText: ReadText): string[] {
  const missing = tests.flatMap(({ file, name }) => {
    const text = readText(file);
    if (text === undefined) return [`${number}: there is no ${file}`];
    return testNamesOf(file, text).has(name) ? [] : [`${number}: ${file} has no test "${name}"`];
  });
  return [
    ...(number === expected ? [] : [`Expected number ${expected}, got ${number}`]),
    ...(tests.length === 0 && !notYet ? [`${number}: has neither a test nor a reason`] : []),
    ...missing,
  ];
}
