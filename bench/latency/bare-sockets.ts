import { join } from 'node:path';
import type { Run } from '../../infra/local/processes.ts';
import { bundled } from '../measure/bundled.ts';
import type { SourceConnector } from '../source/connector.ts';
import { type Copying, copyingBy } from '../source/measure-topic.ts';

/** What is left of a source task without all that it is for, a process of its own. */
export async function startBareSockets(
  run: Run,
  { name, properties, topic }: SourceConnector,
  kafka: string,
): Promise<Copying> {
  const bundle = await bundled(join(run.folder, 'bare'), { 'bare.mjs': 'bench/latency/bare-process.ts' });
  const { host } = new URL(properties['connection.uri']!);
  const bare = run.start(`bare-${name}`, process.execPath, [bundle, host, kafka, topic], { ipc: true });
  return copyingBy(bare);
}
