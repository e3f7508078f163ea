import type { Run } from '../../infra/local/processes.ts';
import { forgetPeak, usageOf } from '../measure/usage.ts';
import type { SourceConnector } from '../source/connector.ts';
import type { Contender, Copying } from '../source/measure-topic.ts';
import { startWorker, type Worker } from './worker.ts';

/** The peer as it comes, and with the producer that made it fastest (larger polls made it slower). */
export const PEER_SETTINGS = {
  'peer, default': {},
  'peer, tuned': {
    'producer.override.linger.ms': '20',
    'producer.override.batch.size': '1048576',
    'producer.override.buffer.memory': '134217728',
  },
} as const;

/** The peer with each of its settings, all in one worker that has started by then. */
export async function peerSources(
  run: Run,
  bootstrapServers: string,
  settings: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Promise<Contender[]> {
  const worker = await startWorker(run, bootstrapServers, console.error);
  return Object.entries(settings).map(([side, overrides]) => ({
    side,
    start: (connector) => startPeerSource(worker, connector, overrides),
  }));
}

/** Starts the peer's source connector in its worker, which lives on when the connector stops. */
async function startPeerSource(
  worker: Worker,
  { name, properties }: SourceConnector,
  overrides: Readonly<Record<string, string>>,
): Promise<Copying> {
  const own = { 'connector.class': 'com.mongodb.kafka.connect.MongoSourceConnector', 'tasks.max': '1' };
  forgetPeak(worker.pid);
  await worker.create(name, { ...own, ...properties, ...overrides });
  return {
    usage: () => usageOf(worker.pid),
    failure: () => worker.failureOf(name),
    stop: () => worker.remove(name),
  };
}
