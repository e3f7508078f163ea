import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findCommand } from './commands.ts';
import { cacheFolder } from './folders.ts';
import type { Run } from './processes.ts';
import { lastWords } from './readiness.ts';
import type { LocalServiceOptions } from './service-options.ts';
import { serviceUnavailable } from './service-unavailable.ts';

export const SECANTUS_VERSION = '0.7.0b3';

/** Its wheels are built for these. */
const PYTHON_COMMANDS = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
const IS_PYTHON_THAT_FITS = 'import sys; sys.exit(0 if (3, 10) <= sys.version_info[:2] <= (3, 13) else 1)';

const INSTEAD = 'or put mongod on the PATH, or set MONGODB_URI to a replica set of your own';

const execute = promisify(execFile);

/** The Python interpreter of a virtual environment that holds SecantusDB; makes it in the cache folder the first time. */
export async function installSecantus(run: Run, { report, env }: LocalServiceOptions): Promise<string> {
  const folder = join(cacheFolder, `secantusdb-${SECANTUS_VERSION}`);
  const installed = join(folder, 'bin', 'python');
  if (await succeeds(installed, ['-c', 'import secantus'])) return installed;
  const python = await findPython(env.PATH);
  report(`MongoDB   installing SecantusDB ${SECANTUS_VERSION} into ${folder} (once, about 150 MB)`);
  // built aside and renamed, so that a folder of this name is always whole
  const building = `${folder}.${process.pid}`;
  mkdirSync(cacheFolder, { recursive: true });
  rmSync(building, { recursive: true, force: true });
  await finish(run, 'python-venv', python, ['-m', 'venv', building]);
  await finish(run, 'pip-install', join(building, 'bin', 'python'), [
    ...['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', `secantusdb==${SECANTUS_VERSION}`],
  ]);
  // another launcher may have been faster, and runs from it by now
  if (await succeeds(installed, ['-c', 'import secantus'])) {
    rmSync(building, { recursive: true, force: true });
    return installed;
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(building, folder);
  return installed;
}

async function findPython(searchPath: string | undefined): Promise<string> {
  for (const name of PYTHON_COMMANDS) {
    const command = findCommand([name], searchPath);
    if (command && (await succeeds(command, ['-c', IS_PYTHON_THAT_FITS]))) return command;
  }
  throw serviceUnavailable(
    `Expected Python 3.10 to 3.13 on the PATH, which the local MongoDB-wire database needs, got none: install python3 (with its venv module), ${INSTEAD}`,
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

async function finish(run: Run, name: string, command: string, args: readonly string[]): Promise<void> {
  const step = run.start(name, command, args);
  const how = await step.exited;
  if (how !== 0)
    throw serviceUnavailable(
      `SecantusDB could not be installed, ${name} ended with ${how}${lastWords(step)}: correct that, ${INSTEAD}`,
    );
}
