import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ConfigError, type Problem } from '../../functions/connect/errors.ts';
import { loadEnvironment } from '../../infra/environment.ts';
import { EXIT, type ExitCode } from '../failure.ts';
import { oneLine } from '../one-line.ts';
import { type Review, reviewConnectorFile, type Secrets } from './review-connector-file.ts';
import { reviewEnvironmentFile } from './review-environment-file.ts';

export type ValidateDeps = { out(line: string): void };

/**
 * Prints every problem of every file, one per line as `file: property: message`, and a line for each good one.
 *
 * A folder stands for its files; that of an environment is looked at as a whole too, as a deployment would.
 */
export function validateFiles(paths: readonly string[], { out }: ValidateDeps): ExitCode {
  let problems = 0;
  const print = (...parts: readonly string[]) => out(oneLine(parts.filter((part) => part !== '').join(': ')));
  for (const file of paths.flatMap(filesOf)) {
    const review = reviewFile(file);
    for (const { property, message } of review.problems) print(file, property, message);
    for (const warning of review.warnings) print(file, 'warning', warning);
    if (review.problems.length === 0) print(file, `good, ${review.summary}`);
    problems += review.problems.length;
  }
  // rules between files: each by itself may be good
  if (problems === 0) {
    for (const folder of paths.filter(isEnvironment)) {
      const between = reviewBetween(folder);
      for (const line of between.problems) print(line);
      for (const line of between.warnings) print('warning', line);
      problems += between.problems.length;
    }
  }
  if (problems > 0) out(`${problems} problem${problems === 1 ? '' : 's'}`);
  return problems > 0 ? EXIT.badInput : EXIT.done;
}

function filesOf(path: string): string[] {
  if (!isFolder(path)) return [path];
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  return files.length > 0 ? files.sort().map((name) => join(path, name)) : [path];
}

function reviewFile(file: string): Review {
  const text = textOf(file);
  if (typeof text !== 'string')
    return { problems: [{ property: '', message: text.refused }], warnings: [], summary: '' };
  const folder = resolve(file, '..');
  if (basename(file) === 'environment.json') return reviewEnvironmentFile(text, basename(folder));
  return reviewConnectorFile(text, { file, secrets: secretsIn(folder) });
}

/** Connector files that are deployed are in `environments/<name>/connectors`. */
function secretsIn(folder: string): Secrets {
  const isDeployed = basename(folder) === 'connectors' && basename(resolve(folder, '../..')) === 'environments';
  if (!isDeployed) return 'warned';
  return basename(dirname(folder)) === 'local' ? 'allowed' : 'refused';
}

function textOf(file: string): string | { refused: string } {
  if (isFolder(file)) return { refused: 'No files that end in .json in this folder' };
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    return { refused: code === 'ENOENT' ? 'No such file' : `Can't read the file: ${code}` };
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

const isEnvironment = (path: string): boolean =>
  isFolder(path) && statSync(join(path, 'environment.json'), { throwIfNoEntry: false }) !== undefined;

function reviewBetween(folder: string): { problems: readonly string[]; warnings: readonly string[] } {
  try {
    const path = resolve(folder);
    return { problems: [], warnings: loadEnvironment(basename(path), dirname(path)).warningsBetween };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const lineOf = ({ property, message }: Problem) => [property, message].filter((part) => part !== '').join(': ');
    return { problems: error.problems.map(lineOf), warnings: [] };
  }
}
