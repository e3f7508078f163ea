import type { SourceBatch, SourceDeps, StoredPosition } from '../../../connect/connector.ts';
import { hostsOf } from '../client/connection-string.ts';
import { closeGap } from './after-loss.ts';
import { type Beginning, beginAfterLoss, beginAtStored } from './beginning.ts';
import { copyExisting } from './copy/copy-existing.ts';
import { COPY_LIMITS, type CopyLimits } from './copy/copy-limits.ts';
import { openCopy } from './copy/open-copy.ts';
import { encodeAhead } from './encode/encode-ahead.ts';
import { openEncoders } from './encode/encoders.ts';
import { createHeartbeat, type Heartbeat } from './heartbeat.ts';
import { warnOfOtherPositions } from './other-positions.ts';
import { createPausableStream } from './pausable-stream.ts';
import { PositionLost } from './position-lost.ts';
import { featuresOnce, findFeatures, type Probe } from './probe/find-features.ts';
import { probeDeployment } from './probe/probe-deployment.ts';
import { watchHeadroom } from './probe/watch-headroom.ts';
import type { SourceConfig } from './properties.ts';
import { timeInToken } from './resume-token.ts';
import { hasToken } from './start-point.ts';
import { connectStream, type StreamConnection } from './stream-connection.ts';
import { createToBatches } from './to-batches.ts';
import { toWatch } from './watch-command.ts';

/** What `poll` needs beside the task's dependencies. */
export type PollDeps = {
  connect(config: SourceConfig): StreamConnection;
  readonly probe: Probe;
  /** From 0 to 1, for the pauses between tries. */
  random(): number;
  readonly limits?: CopyLimits;
  /** The fewest events of a reply that go to another thread. */
  readonly fewestEvents?: number;
};

const POLL_DEPS: PollDeps = { connect: connectStream, probe: probeDeployment, random: Math.random };

/**
 * Batches of change streams until the signal aborts: of one, and behind a lost position of another. What exists is
 * copied first, where that is asked for.
 *
 * The first is empty and has the token of the opening reply, so that a position is stored before anything is
 * published. Each later offset covers its batch and all before it, and the stream never goes on from a place behind
 * the last batch that was taken, unless `position.lost` says so.
 */
export async function* poll(
  config: SourceConfig,
  stored: StoredPosition | undefined,
  deps: SourceDeps,
  signal: AbortSignal,
  { connect, fewestEvents, limits = COPY_LIMITS, probe, random }: PollDeps = POLL_DEPS,
): AsyncGenerator<SourceBatch> {
  const connection = connect(config);
  const features = featuresOnce(() => findFeatures(config, probe, deps.log, signal));
  const streamDeps = { ...deps, random, connection, features, hosts: hostsOf(config.connectionUri) };
  let reached: StoredPosition | undefined = hasToken(stored) ? stored : undefined;
  await using encoders = openEncoders(config, deps.threads);

  async function* batchesFrom({
    before,
    copy: healing,
    gap,
    isDoubtful,
    start,
  }: Beginning): AsyncGenerator<SourceBatch> {
    const toBatches = createToBatches(config, deps.log, before);
    const copy = healing ?? (await openCopy(config, (reached ?? stored)?.offset, deps));
    const from = gap ? start : (start ?? copy?.start);
    const reading = new AbortController();
    const stopping = AbortSignal.any([signal, reading.signal]);
    const stream = createPausableStream(toWatch(config), from, { ...streamDeps, isDoubtful }, stopping);
    if (copy) yield* copyExisting(copy, config, { ...streamDeps, stream, toBatches, limits }, signal);
    if (signal.aborted) return;
    const ahead = { fewestEvents, giveUp: () => reading.abort(), signal };
    const replies = encoders ? encodeAhead(stream.rest(), encoders, ahead) : stream.rest();
    const heartbeat = createHeartbeat(config);
    let isOpening = true;
    for await (const reply of replies) {
      let records = 0;
      for (const batch of toBatches(reply)) {
        records += batch.records.length;
        yield records > 0 || isOpening ? batch : withHeartbeat(batch, heartbeat, deps.now());
      }
      isOpening = false;
    }
  }

  try {
    if (!reached) await warnOfOtherPositions(config, deps);
    const positionTime = () => timeInToken(reached?.offset._id)?.seconds;
    await using _headroom = watchHeadroom({ ...deps, connection, features, positionTime });
    let next: Beginning | undefined;
    do {
      let beginning = next;
      let batches = 0;
      try {
        beginning ??= beginAtStored(config, stored, deps.log);
        for await (const batch of onceSure(beginning, batchesFrom(beginning), deps)) {
          batches += 1;
          const { offset, lastEvents, clusterTimeSeconds: clusterTime } = batch;
          reached = { offset, lastEvents, clusterTime };
          yield batch;
        }
        next = undefined;
      } catch (loss) {
        if (!(loss instanceof PositionLost)) throw loss;
        next = await beginAfterLoss(config, { loss, beginning, reached, batches }, deps);
      }
    } while (next);
  } finally {
    await connection.close();
  }
}

/**
 * Hands batches on: the first one, whose position is stored, only once a gap is kept, and where it is in doubt whether
 * the stream can be read from there only with the next one.
 */
const onceSure = (
  beginning: Beginning,
  batches: AsyncIterable<SourceBatch>,
  deps: SourceDeps,
): AsyncIterable<SourceBatch> =>
  beginning.gap || beginning.isDoubtful ? holdingFirst(beginning, batches, deps) : batches;

async function* holdingFirst(
  { gap, isDoubtful }: Beginning,
  batches: AsyncIterable<SourceBatch>,
  deps: SourceDeps,
): AsyncGenerator<SourceBatch> {
  let isFirst = true;
  let held: SourceBatch | undefined;
  for await (const batch of batches) {
    if (isFirst && gap) await closeGap(gap, batch.offset._id, deps);
    if (isFirst && isDoubtful) held = batch;
    else {
      if (held) yield held;
      held = undefined;
      yield batch;
    }
    isFirst = false;
  }
}

/** A batch without records in which a heartbeat is due carries it. */
function withHeartbeat(batch: SourceBatch, heartbeat: Heartbeat, now: number): SourceBatch {
  const token = batch.offset._id;
  const beat = token !== undefined && heartbeat(token, now);
  return beat ? { ...batch, records: [beat], offset: { ...batch.offset, HEARTBEAT: 'true' } } : batch;
}
