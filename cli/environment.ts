import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../functions/connect/errors.ts';
import { LOCAL_CREDENTIALS } from '../infra/local/aws-environment.ts';
import { namesOf } from '../infra/names.ts';
import { EXIT, Failure } from './failure.ts';

type ClientConfig = {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: typeof LOCAL_CREDENTIALS;
  readonly maxAttempts?: number;
};

/** Where the parts of an environment are: the same facts for AWS and for one machine. */
export type Environment = {
  readonly name: string;
  readonly table: string;
  /** An URL on one machine; in AWS a name that SQS turns into one. */
  readonly deadLetterQueue: string;
  readonly replayQueue: string;
  readonly connectorsFolder: string;
  readonly dynamodb: ClientConfig;
  readonly sqs: ClientConfig;
  readonly s3: ClientConfig;
  /** Absent on one machine, where there is no Lambda. */
  readonly lambda?: ClientConfig;
  /** Answers with the state of the connectors that run on one machine. */
  readonly statusUrl?: string;
};

export type FindDeps = {
  readonly projectFolder: string;
  /** What runs on this machine tells its addresses in a file of this folder. */
  readonly stateFolder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a process lives. */
  isRunning(pid: number): boolean;
};

/**
 * Finds an environment by its name: `local` is what runs on this machine, the others are in AWS.
 *
 * @throws Failure where there is none of that name, or nothing runs.
 */
export function findEnvironment(name: string, deps: FindDeps): Environment {
  const folder = join(deps.projectFolder, 'infra/environments');
  const known = existsSync(folder) ? readdirSync(folder).sort() : [];
  if (name !== 'local' && !known.includes(name)) {
    const names = [...new Set(['local', ...known])].join(', ');
    throw new Failure(EXIT.badInput, `Unknown environment "${name}", expected one of ${names}`);
  }
  const connectorsFolder = join(folder, name, 'connectors');
  return name === 'local'
    ? localEnvironment(connectorsFolder, deps)
    : cloudEnvironment(name, join(folder, name, 'environment.json'), connectorsFolder, deps.env);
}

function cloudEnvironment(name: string, file: string, connectorsFolder: string, env: FindDeps['env']): Environment {
  const region = regionOf(file) ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  // without a region the SDK looks into the profile
  const client: ClientConfig = region === undefined ? {} : { region };
  const { table, deadLetterQueue, replayQueue } = namesOf(name);
  const clients = { dynamodb: client, sqs: client, s3: client, lambda: client };
  return { name, table, deadLetterQueue, replayQueue, connectorsFolder, ...clients };
}

function regionOf(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const settings = readJson(file, `run "npx tailrace validate ${file}"`);
  return typeof settings.region === 'string' ? settings.region : undefined;
}

function localEnvironment(connectorsFolder: string, { stateFolder, isRunning }: FindDeps): Environment {
  const start = 'start it with "npm start" or "npm run demo -- --keep"';
  const file = join(stateFolder, 'local.json');
  if (!existsSync(file)) throw new Failure(EXIT.failed, `Nothing runs on this machine: ${start}`);
  const local = readJson(file, start);
  if (!isRunning(Number(local.pid))) {
    throw new Failure(EXIT.failed, `Nothing runs on this machine, ${file} is left from a process that ended: ${start}`);
  }
  const text = (member: string): string => {
    const value = local[member];
    if (typeof value === 'string') return value;
    throw new Failure(EXIT.failed, `Expected the text "${member}" in ${file}, got ${typeof value}: ${start}`);
  };
  // nobody may meet AWS by accident: the region and the credentials are never those of the person
  const common = { region: text('region'), credentials: LOCAL_CREDENTIALS, maxAttempts: 2 };
  return {
    name: 'local',
    table: text('table'),
    deadLetterQueue: text('deadLetterQueueUrl'),
    replayQueue: text('replayQueueUrl'),
    connectorsFolder,
    dynamodb: { ...common, endpoint: text('dynamodbEndpoint') },
    sqs: { ...common, endpoint: text('sqsEndpoint') },
    // one stand-in answers for both
    s3: { ...common, endpoint: text('sqsEndpoint') },
    ...(typeof local.statusUrl === 'string' && { statusUrl: local.statusUrl }),
  };
}

function readJson(file: string, advice: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>;
  } catch (error) {
    throw new Failure(EXIT.failed, `Can't read ${file} (${messageOf(error)}): ${advice}`, error);
  }
  throw new Failure(EXIT.failed, `Expected a JSON object in ${file}: ${advice}`);
}
