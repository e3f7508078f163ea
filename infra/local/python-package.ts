import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findCommand } from './commands.ts';
import { lockFile } from './file-lock.ts';
import { cacheFolder } from './folders.ts';
import type { Run } from './processes.ts';
import { lastWords } from './readiness.ts';
import type { LocalServiceOptions } from './service-options.ts';
import { serviceUnavailable } from './service-unavailable.ts';

/** A program from Python's package index. */
export type PythonPackage = {
  /** As a person knows it. */
  readonly title: string;
  /** Its name in the index, and pinned version. */
  readonly name: string;
  readonly version: string;
  /** What it is imported as. */
  readonly module: string;
  readonly size: string;
  /** The first word of the line that tells of its installation. */
  readonly label: string;
  /** Who needs it, for the sentence that asks for Python. */
  readonly neededBy: string;
  /** What else the person can do, for the end of a sentence; with its comma. */
  readonly instead?: string;
};

/** Wheels are built for these. */
const PYTHON_COMMANDS = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
const IS_PYTHON_THAT_FITS = 'import sys; sys.exit(0 if (3, 10) <= sys.version_info[:2] <= (3, 13) else 1)';

const execute = promisify(execFile);

/**
 * The Python interpreter of a virtual environment that holds the package; makes it in the cache folder the first time.
 * Two launchers at once wait for each other.
 */
export async function installPythonPackage(
  run: Run,
  wanted: PythonPackage,
  { report, env }: LocalServiceOptions,
): Promise<string> {
  const { label, module, name, size, title, version } = wanted;
  const folder = join(cacheFolder, `${name}-${version}`);
  const installed = join(folder, 'bin', 'python');
  const isInstalled = () => succeeds(installed, ['-c', `import ${module}`]);
  if (await isInstalled()) return installed;
  const python = await findPython(env.PATH, wanted);
  mkdirSync(cacheFolder, { recursive: true });
  using _lock = await lockFile(`${folder}.lock`);
  if (await isInstalled()) return installed;
  report(`${label.padEnd(9)} installing ${title} ${version} into ${folder} (once, about ${size})`);
  // built aside and renamed, so that a folder of this name is always whole
  const building = `${folder}.${process.pid}`;
  rmSync(building, { recursive: true, force: true });
  await finish(run, wanted, 'python-venv', python, ['-m', 'venv', building]);
  await finish(run, wanted, 'pip-install', join(building, 'bin', 'python'), [
    ...['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', `${name}==${version}`],
  ]);
  rmSync(folder, { recursive: true, force: true });
  renameSync(building, folder);
  return installed;
}

async function findPython(
  searchPath: string | undefined,
  { instead = '', neededBy }: Pick<PythonPackage, 'instead' | 'neededBy'>,
): Promise<string> {
  for (const name of PYTHON_COMMANDS) {
    const command = findCommand([name], searchPath);
    if (command && (await succeeds(command, ['-c', IS_PYTHON_THAT_FITS]))) return command;
  }
  throw serviceUnavailable(
    `Expected Python 3.10 to 3.13 on the PATH, which ${neededBy} needs, got none: install python3 (with its venv module)${instead}`,
  );
}

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  if (!existsSync(command)) return false;
  try {
    await execute(command, args);
    return true;
  } catch {
    // the question is just whether it does
    return false;
  }
}

async function finish(
  run: Run,
  { instead = '', title }: PythonPackage,
  name: string,
  command: string,
  args: readonly string[],
): Promise<void> {
  const step = run.start(name, command, args);
  const how = await step.exited;
  if (how !== 0)
    throw serviceUnavailable(
      `${title} could not be installed, ${name} ended with ${how}${lastWords(step)}: correct that${instead}`,
    );
}
