import type { SourceBatch, SourceDeps, StoredPosition } from '../../../connect/connector.ts';
import { hostsOf } from '../client/connection-string.ts';
import { copyExisting } from './copy/copy-existing.ts';
import { COPY_LIMITS, type CopyLimits } from './copy/copy-limits.ts';
import { openCopy } from './copy/open-copy.ts';
import type { CursorReply } from './cursor-reply.ts';
import { createHeartbeat } from './heartbeat.ts';
import { secondsInToken } from './outage.ts';
import { createPausableStream } from './pausable-stream.ts';
import { featuresOnce, findFeatures, type Probe } from './probe/find-features.ts';
import { probeDeployment } from './probe/probe-deployment.ts';
import { watchHeadroom } from './probe/watch-headroom.ts';
import type { SourceConfig } from './properties.ts';
import { toStartPoint } from './start-point.ts';
import { connectStream, type StreamConnection } from './stream-connection.ts';
import { createToBatches, type ToBatches } from './to-batches.ts';
import { toWatch } from './watch-command.ts';

/** What `poll` needs beside the task's dependencies. */
export type PollDeps = {
  connect(config: SourceConfig): StreamConnection;
  readonly probe: Probe;
  /** From 0 to 1, for the pauses between tries. */
  random(): number;
  readonly limits?: CopyLimits;
};

const POLL_DEPS: PollDeps = { connect: connectStream, probe: probeDeployment, random: Math.random };

/**
 * Batches of one change stream until the signal aborts; what exists is copied first, where that is asked for.
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
  { connect, limits = COPY_LIMITS, probe, random }: PollDeps = POLL_DEPS,
): AsyncGenerator<SourceBatch> {
  const toBatches = createToBatches(config, deps.log);
  const copy = await openCopy(config, stored?.offset, deps);
  const start = toStartPoint(config, stored?.offset) ?? copy?.start;
  const connection = connect(config);
  const features = featuresOnce(() => findFeatures(config, probe, deps.log, signal));
  let offsetTimeSeconds: number | undefined;

  async function* batches(): AsyncGenerator<SourceBatch> {
    const streamDeps = { ...deps, random, connection, features, hosts: hostsOf(config.connectionUri) };
    const stream = createPausableStream(toWatch(config), start, streamDeps, signal);
    if (copy) yield* copyExisting(copy, config, { ...streamDeps, stream, toBatches, limits }, signal);
    if (!signal.aborted) yield* withHeartbeats(stream.rest(), toBatches, config, deps);
  }

  try {
    await using _headroom = watchHeadroom({ ...deps, connection, features, positionTime: () => offsetTimeSeconds });
    for await (const batch of batches()) {
      offsetTimeSeconds = secondsInToken(batch.offset._id);
      yield { ...batch, offsetTimeSeconds };
    }
  } finally {
    await connection.close();
  }
}

/** A reply without records, unless it is that to the opening, may be due for a heartbeat. */
async function* withHeartbeats(
  replies: AsyncIterable<CursorReply>,
  toBatches: ToBatches,
  config: SourceConfig,
  { now }: SourceDeps,
): AsyncGenerator<SourceBatch> {
  const heartbeat = createHeartbeat(config);
  let isFirst = true;
  for await (const reply of replies) {
    let records = 0;
    for (const batch of toBatches(reply)) {
      records += batch.records.length;
      const token = batch.offset._id;
      const beat = records === 0 && !isFirst && token !== undefined && heartbeat(token, now());
      yield beat ? { ...batch, records: [beat], offset: { ...batch.offset, HEARTBEAT: 'true' } } : batch;
    }
    isFirst = false;
  }
}
