import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaBroker } from '../../../infra/local/kafka.ts';
import { until } from '../../support/until.ts';
import { PARTITIONS, type ThreeBrokers, TOPIC } from './three-brokers.ts';

export type FaultOptions = { readonly pauseMs: number; readonly report: (line: string) => void };

const LOSE_REPLY_EVERY_MS = 700;
const CUT_EVERY_MS = 4000;

/** Every kind of fault once: what brokers do when they are deployed, moved, overloaded or cut off. */
export async function faultRound(cluster: ThreeBrokers, round: number, options: FaultOptions): Promise<void> {
  const { report, pauseMs } = options;
  const brokerAt = (offset: number) => cluster.brokers[(round + offset) % cluster.brokers.length]!;
  for (const [what, act] of [
    ['kill -9', () => restart(brokerAt(0), 'SIGKILL')],
    ['leaders move away from', () => moveLeaders(cluster, brokerAt(1))],
    ['SIGSTOP', () => pause(brokerAt(2), pauseMs)],
    ['restart in order', () => restart(brokerAt(1), 'SIGTERM')],
  ] as const) {
    report(`Round ${round + 1}: ${what}`);
    await act();
    await cluster.awaitInSync();
  }
}

/** Breaks connections all the time: mostly between a request and its reply, sometimes all of a broker's at once. */
export async function cutConnections({ proxies }: ThreeBrokers, signal: AbortSignal): Promise<void> {
  for (let step = 0; !signal.aborted; step += 1) {
    const proxy = proxies[step % proxies.length]!;
    if (step % Math.round(CUT_EVERY_MS / LOSE_REPLY_EVERY_MS) === 0) {
      proxy.cut();
      proxy.heal();
    } else proxy.loseNextReply();
    await sleep(LOSE_REPLY_EVERY_MS);
  }
}

async function restart(broker: KafkaBroker, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  await broker.process().stop(signal === 'SIGKILL' ? 0 : 20_000);
  await sleep(1000);
  broker.start();
}

async function pause(broker: KafkaBroker, pauseMs: number): Promise<void> {
  process.kill(broker.process().pid, 'SIGSTOP');
  await sleep(pauseMs);
  process.kill(broker.process().pid, 'SIGCONT');
}

/** Takes the broker's replicas away, so that it must give up what it leads, and then back. */
async function moveLeaders({ admin, brokers }: ThreeBrokers, broker: KafkaBroker): Promise<void> {
  const all = brokers.map(({ nodeId }) => nodeId);
  const others = all.filter((nodeId) => nodeId !== broker.nodeId);
  for (const replicas of [() => others, (partition: number) => rotated(all, partition)]) {
    const partitionAssignment = Array.from({ length: PARTITIONS }, (_, partition) => ({
      partition,
      replicas: replicas(partition),
    }));
    const reassign = () => admin.alterPartitionReassignments({ topics: [{ topic: TOPIC, partitionAssignment }] });
    // the admin's own connections are cut as well, and it gives up at once
    await until('the replicas are assigned', () =>
      reassign().then(
        () => true,
        () => false,
      ),
    );
    await sleep(2000);
  }
}

const rotated = (nodes: readonly number[], by: number): number[] =>
  nodes.map((_, index) => nodes[(index + by) % nodes.length]!);
