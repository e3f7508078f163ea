import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ENVIRONMENT_NAME, environmentNames } from '../../infra/environment.ts';
import { EXIT, type ExitCode, Failure } from '../failure.ts';
import { validateFiles } from '../validate/validate.ts';
import { type EnvironmentFile, planEnvironment } from './plan-environment.ts';

export type NewEnvironmentDeps = { readonly projectFolder: string; out(line: string): void };

/**
 * Makes the files of an environment from those of another one, checks them and says what to edit next.
 *
 * @throws Failure where the name is taken or can't be one, or there is nothing to make it from.
 */
export function newEnvironment(name: string, from: string | undefined, deps: NewEnvironmentDeps): ExitCode {
  const folder = join(deps.projectFolder, 'infra/environments');
  const known = environmentNames(folder);
  refuseName(name, readdirSync(folder));
  const origin = originOf(from, known);
  const files = planEnvironment(name, { name: origin, files: filesIn(join(folder, origin)) }, cidrsOf(folder, known));
  const made = join(folder, name);
  writeWhole(made, files);
  const shown = relative(process.cwd(), made) || made;
  deps.out(`${shown} is made from ${origin}`);
  const checked = validateFiles([made], { out: (line) => deps.out(`  ${line.replaceAll(made, shown)}`) });
  for (const line of nextSteps(name, shown, files)) deps.out(line);
  return checked;
}

function refuseName(name: string, taken: readonly string[]): void {
  if (!ENVIRONMENT_NAME.test(name)) {
    const expected = '1 to 16 lower case letters, digits and dashes, a letter first';
    throw new Failure(EXIT.badInput, `Expected the name of an environment to be ${expected}, got "${name}"`);
  }
  // local means this machine, also where its folder is gone
  if (name === 'local' || taken.includes(name)) {
    throw new Failure(EXIT.badInput, `There is an environment ${name} already (infra/environments/${name})`);
  }
}

/** Without a wish the smallest of the samples. */
function originOf(from: string | undefined, known: readonly string[]): string {
  const candidates = known.filter((candidate) => candidate !== 'local');
  if (from === 'local') {
    throw new Failure(EXIT.badInput, 'Environment local runs on one machine and has neither network nor cluster');
  }
  const origin = from ?? (candidates.includes('dev') ? 'dev' : candidates[0]);
  if (origin !== undefined && candidates.includes(origin)) return origin;
  const message = `Unknown environment "${origin ?? ''}", expected one of ${candidates.join(', ')}`;
  throw new Failure(EXIT.badInput, message);
}

const filesIn = (folder: string): EnvironmentFile[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => join(parentPath, name))
    .sort()
    .map((file) => ({ path: relative(folder, file), text: readFileSync(file, 'utf8') }));

function cidrsOf(folder: string, environments: readonly string[]): string[] {
  return environments.flatMap((environment) => {
    const text = readFileSync(join(folder, environment, 'environment.json'), 'utf8');
    return [...text.matchAll(/"cidr":\s*"([^"]+)"/g)].map(([, cidr = '']) => cidr);
  });
}

/** Written aside and renamed, so that a folder of this name is always whole. */
function writeWhole(folder: string, files: readonly EnvironmentFile[]): void {
  const aside = mkdtempSync(`${folder}.new-`);
  try {
    for (const { path, text } of files) {
      mkdirSync(dirname(join(aside, path)), { recursive: true });
      writeFileSync(join(aside, path), text);
    }
    renameSync(aside, folder);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function nextSteps(name: string, shown: string, files: readonly EnvironmentFile[]): string[] {
  const secrets = new Set(files.flatMap(({ text }) => text.match(/\$\{(?:secretsmanager|ssm):[^}]*\}/g) ?? []));
  const connectors = files.filter(({ path }) => path !== 'environment.json').map(({ path }) => path);
  return [
    '',
    'Edit next:',
    `  ${shown}/environment.json: account, region, network, kafka, topics, alarms.email, deletionProtection`,
    ...connectors.map((path) => `  ${shown}/${path}`),
    ...(secrets.size > 0 ? ['Keep these outside of the files:', ...[...secrets].map((secret) => `  ${secret}`)] : []),
    'Then:',
    `  npx tailrace validate ${shown}`,
    `  npx cdk diff -c env=${name}`,
  ];
}
