import { writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleSink } from '../../infra/bundle.ts';
import { awsEnvironmentOf } from '../../infra/local/aws-environment.ts';
import type { ManagedProcess, Run } from '../../infra/local/processes.ts';
import { ask } from '../measure/messages.ts';
import type { Rate } from '../report/results.ts';
import type { FunctionToMeasure } from './measured-function.ts';
import { samplePuts, TOPIC } from './sample-puts.ts';
import type { Work } from './works.ts';

export type SinkResult = Rate & {
  /** What the server acknowledged, per write command. */
  readonly operationsPerCommand: number;
};

/** A bundled sink and the invocations that it is measured with. */
export type PreparedSink = Omit<FunctionToMeasure, 'puts'> & { readonly name: string };

/** What the replay server counted so far. */
export type Served = { readonly writes: { readonly documents: number; readonly commands: number } };

const MEASURED = join(import.meta.dirname, 'measured-function.ts');
/** Distinct ones, which come again and again: as many as a file system keeps in memory without effort. */
export const SAMPLE_RECORDS = 24_000;
/** Nothing that a sink of this bench asks for is behind these. */
const NOWHERE = 'http://127.0.0.1:9';

/** Where a sink writes; the same is the peer's. */
export const toTarget = (uri: string) => ({ database: 'rig', collection: 's', 'connection.uri': uri });

/** Bundles the sink of a work as a deployment would, and writes its invocations into a file. */
export async function prepareSink(
  run: Run,
  { name, size, work }: { readonly name: string; readonly size: number; readonly work: Work },
  uri: string,
): Promise<PreparedSink> {
  const fileName = toFileName(name);
  const folder = join(run.folder, fileName);
  const connectorFile = `${folder}.json`;
  const config = { 'connector.class': 'MongoSink', topics: TOPIC, ...toTarget(uri), ...work.properties };
  writeFileSync(connectorFile, JSON.stringify({ name: fileName, config }));
  await bundleSink(folder, { file: connectorFile, modules: [] });
  const starts = [0];
  const file = `${folder}.puts`;
  const handle = await open(file, 'w');
  for (const payload of samplePuts(work, Math.ceil(SAMPLE_RECORDS / size), size)) {
    const { bytesWritten } = await handle.write(payload);
    starts.push(starts.at(-1)! + bytesWritten);
  }
  await handle.close();
  return { name, folder, recordsPerPut: size, payloads: { file, starts } };
}

const toFileName = (name: string): string => name.replaceAll(/\W+/g, '-');

/** Measures one sink in a process of its own; with a folder its CPU profile is left there. */
export async function measureSink(
  run: Run,
  sink: PreparedSink,
  { records, round, profiles }: { readonly records: number; readonly round: string; readonly profiles: string },
  replay: ManagedProcess,
): Promise<SinkResult> {
  const fileName = toFileName(sink.name);
  const profiling = ['--cpu-prof', '--cpu-prof-dir', profiles, '--cpu-prof-name', `${fileName}.cpuprofile`];
  // as the functions of the stacks run
  const args = ['--enable-source-maps', ...(profiles === '' ? [] : profiling), MEASURED];
  const measured = run.start(`${fileName}-${round}`, process.execPath, args, {
    ipc: true,
    env: awsEnvironmentOf({ dynamodbEndpoint: NOWHERE, sqsEndpoint: NOWHERE, s3Endpoint: NOWHERE }),
  });
  const before = await ask<Served>(replay, {});
  const task: FunctionToMeasure = { ...sink, puts: Math.ceil(records / sink.recordsPerPut) };
  const result = await ask<Rate>(measured, task);
  const { writes } = await ask<Served>(replay, {});
  return {
    ...result,
    operationsPerCommand: (writes.documents - before.writes.documents) / (writes.commands - before.writes.commands),
  };
}
