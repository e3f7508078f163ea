import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ConfigError, messageOf, RetriableError } from '../../functions/connect/errors.ts';
import { cacheFolder } from './folders.ts';

export const KAFKA_VERSION = '4.3.1';
const POM = join(import.meta.dirname, 'kafka/pom.xml');
const OR_YOUR_OWN = 'or set KAFKA_BOOTSTRAP_SERVERS to the address of a Kafka of your own';

export type KafkaJars = {
  /** For `java -cp`. */
  readonly classPath: string;
  /** The features that a newly formatted Kafka of this version has; with a copy of it no broker needs the slow format step. */
  readonly bootstrapCheckpoint: string;
};

/**
 * Apache Kafka's jars, fetched by Maven on the first call.
 *
 * They appear in the cache folder in one step (a rename), so a download that was cut leaves nothing half done; two
 * launchers at once wait for each other.
 */
export async function kafkaJars(report: (sentence: string) => void): Promise<KafkaJars> {
  await requireCommand('java', ['-version'], 'Java 17 or newer');
  const folder = join(cacheFolder, `kafka-${KAFKA_VERSION}`);
  const jars = { classPath: join(folder, 'libs', '*'), bootstrapCheckpoint: join(folder, 'bootstrap.checkpoint') };
  if (existsSync(folder)) return jars;
  await requireCommand('mvn', ['-version'], 'Maven');
  mkdirSync(cacheFolder, { recursive: true });
  using _lock = await lock(`${folder}.lock`);
  if (existsSync(folder)) return jars;
  const unfinished = join(cacheFolder, `kafka-${KAFKA_VERSION}.${randomUUID()}`);
  try {
    await copyJars(join(unfinished, 'libs'), report);
    await formatOnce(unfinished);
    renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  report(`Apache Kafka ${KAFKA_VERSION} is in ${folder}`);
  return jars;
}

async function requireCommand(command: string, args: readonly string[], what: string): Promise<void> {
  try {
    await promisify(execFile)(command, args);
  } catch (cause) {
    const message = `Expected ${what} as '${command}' on the PATH, to run Kafka on this machine: install it, ${OR_YOUR_OWN}`;
    throw new ConfigError([{ property: '', message }], 'SERVICE_UNAVAILABLE', { cause });
  }
}

async function copyJars(libs: string, report: (sentence: string) => void): Promise<void> {
  report(`Downloading Apache Kafka ${KAFKA_VERSION}, about 55 MB, once`);
  const args = ['-B', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${libs}`];
  const maven = spawn('mvn', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let files = 0;
  let problem = '';
  maven.stdout.setEncoding('utf8').on('data', (text: string) => {
    const before = files;
    files += text.split('Downloaded from').length - 1;
    if (Math.floor(files / 100) > Math.floor(before / 100)) report(`Downloading Apache Kafka: ${files} files so far`);
    problem ||= /\[ERROR\] (.*)/.exec(text)?.[1] ?? '';
  });
  const code = await new Promise((resolve) => maven.once('close', resolve));
  if (code === 0) return;
  throw new RetriableError(
    'SERVICE_UNAVAILABLE',
    `Maven could not fetch Apache Kafka (exit code ${code}): check the network and Maven's settings, ${OR_YOUR_OWN}`,
    { details: { problem } },
  );
}

/** Formats a storage folder that is thrown away and keeps the one file of it that is the same for every node. */
async function formatOnce(folder: string): Promise<void> {
  const storage = join(folder, 'format');
  const properties = join(folder, 'format.properties');
  const lines = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': '1@127.0.0.1:9093',
    listeners: 'CONTROLLER://127.0.0.1:9093,PLAINTEXT://127.0.0.1:9092',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': storage,
  };
  writeFileSync(properties, toPropertiesText(lines));
  const args = ['-cp', join(folder, 'libs', '*'), 'kafka.tools.StorageTool', 'format', '-t', 'AAAAAAAAAAAAAAAAAAAAAQ'];
  try {
    await promisify(execFile)('java', [...args, '-c', properties]);
  } catch (error) {
    throw new RetriableError('SERVICE_UNAVAILABLE', `Kafka's StorageTool failed: ${messageOf(error)}`, {
      cause: error,
    });
  }
  renameSync(join(storage, 'bootstrap.checkpoint'), join(folder, 'bootstrap.checkpoint'));
  rmSync(storage, { recursive: true });
  rmSync(properties);
}

/** A Java properties file; our values hold no characters that need escaping. */
export const toPropertiesText = (properties: Readonly<Record<string, string>>): string =>
  Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

/** Waits for the lock file; one whose process is gone is taken over. */
async function lock(file: string): Promise<Disposable> {
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (isAbandoned(file)) rmSync(file, { force: true });
    else await sleep(200);
  }
}

function isAbandoned(file: string): boolean {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return false;
  } catch (error) {
    // ENOENT: just released; an empty file was just made and reads as our own process group (pid 0)
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
