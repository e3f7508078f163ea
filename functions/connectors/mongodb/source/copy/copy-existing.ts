import type { SourceBatch, SourceDeps } from '../../../../connect/connector.ts';
import { hostsOf } from '../../client/connection-string.ts';
import type { CursorReply } from '../cursor-reply.ts';
import type { PausableStream } from '../pausable-stream.ts';
import type { SourceConfig } from '../properties.ts';
import type { StreamConnection } from '../stream-connection.ts';
import type { ToBatches } from '../to-batches.ts';
import { toWatch } from '../watch-command.ts';
import type { CopyLimits } from './copy-limits.ts';
import { type CopyPlan, headersOf, toPlanItem } from './copy-plan.ts';
import { type CopyProgress, trackProgress } from './copy-progress.ts';
import { type CopyReader, createCopyReader } from './copy-reader.ts';
import { copySettingsOf } from './copy-settings.ts';
import { copyTurn } from './copy-turn.ts';
import { type CopyWork, openWork } from './open-work.ts';
import { toRangeItem } from './range.ts';
import { createToCopiedBatches, type StreamPlace, type ToCopiedBatches } from './to-copied-batches.ts';

export type CopyDeps = SourceDeps & {
  random(): number;
  readonly connection: StreamConnection;
  readonly stream: PausableStream;
  readonly toBatches: ToBatches;
  readonly limits: CopyLimits;
};

/**
 * Copies what exists, and ends where `stream` has to go on; an abort ends it early.
 *
 * **Order.** Let S be the place of the change stream and T, not before S, the time at which a document is read. Its
 * copied record is handed over while the stream stands still at S, so every event up to S is before it in its
 * topic-partition, and every event behind S comes after it. The document that was read at T holds all changes up to S,
 * so it replaces nothing newer. Events between S and T are in it already and come once more: they lead through older
 * states and, with the last of them, to the right one, as in MongoDB's own initial sync. A document that was deleted
 * between S and T is not read; one that is deleted after T has its delete behind S. So turns end with nothing kept back
 * that was read (`copy-turn.ts`), and reads see all that was written up to S, also on a secondary (`copy-reader.ts`).
 *
 * **Turns.** After each one everything is acknowledged and stored, and the stream catches up: the stored token is never
 * older than a turn, however long the copy takes.
 *
 * **Kills.** How far a range is is stored with the low watermark, and less than a range is handed over between two
 * stores: so less than one range is read again.
 */
export async function* copyExisting(
  { isNew, plan }: { readonly plan: CopyPlan; readonly isNew: boolean },
  config: SourceConfig,
  deps: CopyDeps,
  signal: AbortSignal,
): AsyncGenerator<SourceBatch> {
  const { log, settled, stream } = deps;
  const streamed = createStreamed(deps.toBatches);
  try {
    yield* streamed.from(isNew ? stream.opening() : stream.upToPresent());
    const begun = { ...plan, startTime: isNew ? stream.startTime : plan.startTime };
    // where there is no token yet, this is what a killed copy would go on from
    if (begun.startTime) await deps.items.save(toPlanItem(begun));
    const progress = trackProgress(begun, deps);
    const openReader = (giveUp: AbortSignal) => openReaderAt(config, deps, AbortSignal.any([signal, giveUp]));
    const work = await openWork(config, copySettingsOf(config), begun, openReader(signal), {
      ...deps,
      found: progress.found,
    });
    const { queue } = work;
    const toCopiedBatches = createToCopiedBatches(config, headersOf(plan), log);
    log.info(isNew ? 'Copying existing data' : 'Going on with copying existing data', progress.facts());
    while (!queue.isEmpty && !signal.aborted) {
      yield* turnOf(config, work, progress, { ...deps, openReader, toCopiedBatches, place: streamed.place });
      await settled();
      if (!queue.isEmpty) yield* streamed.from(stream.upToPresent());
    }
    if (signal.aborted) return;
    yield { ...streamed.place(), records: [], items: [toPlanItem({ ...progress.plan, done: true })], phase: 'copying' };
    await settled();
    log.info('Existing data copied', progress.facts());
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Batches of the change stream within the copy, and the place of the last one. */
function createStreamed(toBatches: ToBatches) {
  let place: StreamPlace = { offset: {} };
  return {
    place: () => place,
    async *from(replies: AsyncGenerator<CursorReply>): AsyncGenerator<SourceBatch> {
      for await (const reply of replies) {
        for (const batch of toBatches(reply)) {
          const { clusterTimeSeconds, lastEvents, offset } = batch;
          place = {
            offset,
            ...(clusterTimeSeconds !== undefined && { clusterTimeSeconds }),
            ...(lastEvents && { lastEvents }),
          };
          yield { ...batch, phase: 'copying' };
        }
      }
    },
  };
}

const openReaderAt = (config: SourceConfig, deps: CopyDeps, signal: AbortSignal): CopyReader =>
  createCopyReader(
    { ...deps, after: deps.stream.time, name: toWatch(config).name, hosts: hostsOf(config.connectionUri) },
    signal,
  );

type TurnDeps = CopyDeps & {
  openReader(giveUp: AbortSignal): CopyReader;
  readonly toCopiedBatches: ToCopiedBatches;
  place(): StreamPlace;
};

async function* turnOf(
  config: SourceConfig,
  { queue, readingOf }: CopyWork,
  progress: CopyProgress,
  { openReader, toCopiedBatches, place, ...deps }: TurnDeps,
): AsyncGenerator<SourceBatch> {
  const { limits, metrics, settled } = deps;
  const over = new AbortController();
  const reader = openReader(over.signal);
  const threads = copySettingsOf(config).maxThreads;
  let stored = progress.plan;
  for await (const piece of copyTurn({ ...deps, queue, reader, readingOf, threads, giveUp: () => over.abort() })) {
    progress.note(piece);
    yield* toCopiedBatches(piece, [toRangeItem(piece, progress.plan.run), toPlanItem(progress.plan)], place());
    metrics.add('sourceCopiedRecords', piece.events.length);
    progress.say(queue.unknownNamespaces);
    const { bytes, documents } = progress.plan;
    if (documents - stored.documents < limits.unstoredDocuments && bytes - stored.bytes < limits.unstoredBytes)
      continue;
    await settled();
    stored = progress.plan;
  }
}
