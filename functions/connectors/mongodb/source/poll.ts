import type { SourceBatch, SourceDeps, StoredPosition } from '../../../connect/connector.ts';
import { hostsOf } from '../client/connection-string.ts';
import { changeStream } from './change-stream.ts';
import { createHeartbeat } from './heartbeat.ts';
import { secondsInToken } from './outage.ts';
import { featuresOnce, findFeatures, type Probe } from './probe/find-features.ts';
import { probeDeployment } from './probe/probe-deployment.ts';
import { watchHeadroom } from './probe/watch-headroom.ts';
import type { SourceConfig } from './properties.ts';
import { toStartPoint } from './start-point.ts';
import { connectStream, type StreamConnection } from './stream-connection.ts';
import { createToBatches } from './to-batches.ts';
import { toWatch } from './watch-command.ts';

/** What `poll` needs beside the task's dependencies. */
export type PollDeps = {
  connect(config: SourceConfig): StreamConnection;
  readonly probe: Probe;
  /** From 0 to 1, for the pauses between tries. */
  random(): number;
};

/**
 * Batches of one change stream until the signal aborts.
 *
 * The first is empty and has the token of the opening reply, so that a position is stored before anything is
 * published. Each later offset covers its batch and all before it, and the stream never goes on from a place behind
 * the last batch that was taken.
 */
export async function* poll(
  config: SourceConfig,
  stored: StoredPosition | undefined,
  deps: SourceDeps,
  signal: AbortSignal,
  { connect, probe, random }: PollDeps = { connect: connectStream, probe: probeDeployment, random: Math.random },
): AsyncGenerator<SourceBatch> {
  const start = toStartPoint(config, stored?.offset);
  const toBatches = createToBatches(config, deps.log);
  const heartbeat = createHeartbeat(config);
  const connection = connect(config);
  const features = featuresOnce(() => findFeatures(config, probe, deps.log, signal));
  let offsetTimeSeconds: number | undefined;
  try {
    await using _headroom = watchHeadroom({ ...deps, connection, features, positionTime: () => offsetTimeSeconds });
    const streamDeps = { ...deps, random, connection, features, hosts: hostsOf(config.connectionUri) };
    let isFirst = true;
    for await (const reply of changeStream(toWatch(config), start, streamDeps, signal)) {
      let records = 0;
      for (const batch of toBatches(reply)) {
        records += batch.records.length;
        const token = batch.offset._id;
        offsetTimeSeconds = secondsInToken(token);
        const beat = records === 0 && !isFirst && token !== undefined && heartbeat(token, deps.now());
        const timed = { ...batch, offsetTimeSeconds };
        yield beat ? { ...timed, records: [beat], offset: { ...batch.offset, HEARTBEAT: 'true' } } : timed;
      }
      isFirst = false;
    }
  } finally {
    await connection.close();
  }
}
