import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toPropertiesText } from '../../infra/local/kafka-jars.ts';
import { freePort } from '../../infra/local/ports.ts';
import type { Run } from '../../infra/local/processes.ts';
import { endOfLog } from '../measure/messages.ts';
import { type Connectors, openConnectors } from './connectors.ts';
import { peerClassPath } from './peer-jars.ts';

/** One worker of Kafka Connect with the peer's connectors. */
export type Worker = Connectors & { readonly pid: number };

/** Memory and garbage collector as Kafka's own start script sets them (`connect-distributed.sh`, `kafka-run-class.sh`). */
const JVM = [
  ...['-Xms256M', '-Xmx2G', '-server', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20'],
  ...['-XX:InitiatingHeapOccupancyPercent=35', '-XX:+ExplicitGCInvokesConcurrent', '-XX:MaxInlineLevel=15'],
  '-Djava.awt.headless=true',
  `-Dlog4j2.configurationFile=${join(import.meta.dirname, 'log4j2.properties')}`,
];
const READY_TIMEOUT_MS = 120_000;
const POLL_MS = 100;

/** Starts a distributed worker on 127.0.0.1 and waits until it takes connectors. */
export async function startWorker(
  run: Run,
  bootstrapServers: string,
  report: (sentence: string) => void,
): Promise<Worker> {
  const classPath = await peerClassPath(report);
  const address = `http://127.0.0.1:${await freePort()}`;
  const file = join(run.folder, 'peer.properties');
  writeFileSync(file, toPropertiesText(workerProperties(bootstrapServers, address)));
  const args = [...JVM, '-cp', classPath, 'org.apache.kafka.connect.cli.ConnectDistributed', file];
  const worker = run.start('peer', 'java', args);

  async function ready(): Promise<void> {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    while (!(await isHealthy(address))) {
      if (worker.child.exitCode !== null || performance.now() > deadline) {
        throw new Error(`The peer's worker does not answer: ${endOfLog(worker.logFile)}`);
      }
      await sleep(POLL_MS);
    }
  }

  await ready();
  return { pid: worker.pid, ...openConnectors(address) };
}

/** All that is not necessary is Kafka Connect's default. */
function workerProperties(bootstrapServers: string, address: string): Record<string, string> {
  const id = randomUUID();
  const topics = ['config', 'offset', 'status'].flatMap((kind) => [
    [`${kind}.storage.topic`, `peer-${kind}-${id}`],
    [`${kind}.storage.replication.factor`, '1'],
  ]);
  return {
    'bootstrap.servers': bootstrapServers,
    'group.id': `peer-${id}`,
    listeners: address,
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    ...Object.fromEntries(topics),
  };
}

/** Also while it joins its group it answers, but says that it is not ready. */
async function isHealthy(address: string): Promise<boolean> {
  try {
    return (await fetch(`${address}/health`)).ok;
  } catch {
    return false;
  }
}
