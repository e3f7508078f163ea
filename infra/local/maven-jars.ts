import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ConfigError, RetriableError } from '../../functions/connect/errors.ts';
import { lockFile } from './file-lock.ts';
import { cacheFolder } from './folders.ts';

export type WantedJars = {
  /** In the cache folder; with the version, so that a newer one is another folder. */
  readonly folder: string;
  /** Its dependencies are what is wanted. */
  readonly pom: string;
  /** For a person, with the version. */
  readonly what: string;
  readonly megabytes: number;
  /** How to do without, for the end of a sentence. */
  readonly orElse: string;
  /** Makes the rest of the folder, once the jars are in its `libs`. */
  finish?(folder: string): Promise<void>;
};

/**
 * The folder with the jars of a pom in its `libs`, fetched by Maven on the first call.
 *
 * It appears in the cache folder in one step (a rename), so a download that was cut leaves nothing half done; two
 * launchers at once wait for each other.
 */
export async function mavenJars(wanted: WantedJars, report: (sentence: string) => void): Promise<string> {
  await requireCommand('java', ['-version'], 'Java 17 or newer', wanted);
  const folder = join(cacheFolder, wanted.folder);
  if (existsSync(folder)) return folder;
  await requireCommand('mvn', ['-version'], 'Maven', wanted);
  mkdirSync(cacheFolder, { recursive: true });
  using _lock = await lockFile(`${folder}.lock`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${randomUUID()}`;
  try {
    await copyJars(join(unfinished, 'libs'), wanted, report);
    await wanted.finish?.(unfinished);
    renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  report(`${wanted.what} is in ${folder}`);
  return folder;
}

async function requireCommand(
  command: string,
  args: readonly string[],
  program: string,
  { orElse, what }: WantedJars,
): Promise<void> {
  try {
    await promisify(execFile)(command, args);
  } catch (cause) {
    const message = `Expected ${program} as '${command}' on the PATH, to run ${what} on this machine: install it, ${orElse}`;
    throw new ConfigError([{ property: '', message }], 'SERVICE_UNAVAILABLE', { cause });
  }
}

async function copyJars(
  libs: string,
  { megabytes, orElse, pom, what }: WantedJars,
  report: (sentence: string) => void,
): Promise<void> {
  report(`Downloading ${what}, about ${megabytes} MB, once`);
  const args = ['-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${libs}`];
  const maven = spawn('mvn', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let files = 0;
  let problem = '';
  maven.stdout.setEncoding('utf8').on('data', (text: string) => {
    const before = files;
    files += text.split('Downloaded from').length - 1;
    if (Math.floor(files / 100) > Math.floor(before / 100)) report(`Downloading ${what}: ${files} files so far`);
    problem ||= /\[ERROR\] (.*)/.exec(text)?.[1] ?? '';
  });
  const code = await new Promise((resolve) => maven.once('close', resolve));
  if (code === 0) return;
  throw new RetriableError(
    'SERVICE_UNAVAILABLE',
    `Maven could not fetch ${what} (exit code ${code}): check the network and Maven's settings, ${orElse}`,
    { details: { problem } },
  );
}
