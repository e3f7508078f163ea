import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { awsEnvironmentOf } from '../../infra/local/aws-environment.ts';
import type { Run } from '../../infra/local/processes.ts';
import { sourceNodeOptions } from '../../infra/local/source-command.ts';
import { bundled } from '../measure/bundled.ts';
import type { SourceConnector } from './connector.ts';
import { type Copying, copyingBy } from './measure-topic.ts';

/** What our task needs beside MongoDB. */
export type Surroundings = {
  readonly kafka: string;
  readonly dynamodbEndpoint: string;
  readonly table: string;
  /** The task's bundle. */
  readonly bundle: string;
  /** A folder for its CPU profile; empty: none. */
  readonly profiles?: string;
};

/** The task as its image has it, and what asks it for its usage. */
export const bundleTask = (run: Run): Promise<string> =>
  bundled(join(run.folder, 'task'), {
    'measured.mjs': 'bench/source/measured-process.ts',
    'encode-thread.mjs': 'functions/source/encode-thread.ts',
  });

/** Starts our source task, a process of its own, as its image starts it. */
export function startTask(run: Run, { name, properties }: SourceConnector, surroundings: Surroundings): Copying {
  const { bundle, dynamodbEndpoint, kafka, profiles = '', table } = surroundings;
  const file = join(run.folder, `${name}.json`);
  writeFileSync(file, JSON.stringify({ name, config: { 'connector.class': 'MongoSource', ...properties } }));
  const profiling =
    profiles === '' ? [] : ['--cpu-prof', '--cpu-prof-dir', profiles, '--cpu-prof-name', `${name}.cpuprofile`];
  const task = run.start(`task-${name}`, process.execPath, [...sourceNodeOptions(), ...profiling, bundle, 'task'], {
    ipc: true,
    env: {
      ...awsEnvironmentOf({ dynamodbEndpoint, sqsEndpoint: dynamodbEndpoint, s3Endpoint: dynamodbEndpoint }),
      KAFKA_BOOTSTRAP_SERVERS: kafka,
      TAILRACE_CONNECTOR_FILE: file,
      TAILRACE_TABLE: table,
      TAILRACE_HEALTH_PORT: '0',
    },
  });
  return copyingBy(task);
}
