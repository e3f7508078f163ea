import type { SourceBatch } from '../connect/connector.ts';
import type { OffsetCommits } from './offset-commits.ts';
import type { Produce } from './produce.ts';

export type TailDeps = {
  /** The connector's batches; the first one has no records. */
  poll(signal: AbortSignal): AsyncIterable<SourceBatch>;
  /** Resolves once all records of a batch are acknowledged; calls may overlap and keep their order. */
  produce: Produce;
  /** Nothing where the next batch may come, else resolves when too much is not under way any more. */
  room(): Promise<void> | undefined;
  commits: Pick<OffsetCommits, 'track' | 'save' | 'settled'>;
  /** @throws StoppedError where another task may produce by now. */
  assertHeld(): void;
  onBatch(batch: SourceBatch): void;
  /** The opening position is stored: from here on a crash loses nothing. */
  onOpened(first: SourceBatch): void;
};

/**
 * Copies change events to Kafka until the signal aborts.
 *
 * The opening position is stored before anything is produced, so that a crash right after the first start loses
 * nothing. Several batches are under way at once; a position is stored only after Kafka acknowledged all records before
 * it (`offset-commits.ts`). Pulling stops while too many bytes wait for their acknowledgement.
 *
 * @throws the error of what failed for good, the producer or a record that is not tolerated; an abort drains and returns.
 */
export async function tail(deps: TailDeps, signal: AbortSignal): Promise<void> {
  const { commits } = deps;
  const failed = new AbortController();
  const stopping = AbortSignal.any([signal, failed.signal]);
  let opened = false;

  for await (const batch of deps.poll(stopping)) {
    deps.assertHeld();
    const acknowledged = deps.produce(batch);
    acknowledged.catch((error: unknown) => failed.abort(error));
    commits.track(batch, acknowledged);
    deps.onBatch(batch);
    if (!opened) {
      await commits.settled();
      await commits.save();
      opened = true;
      deps.onOpened(batch);
    }
    await deps.room();
    if (stopping.aborted) break;
  }
  await commits.settled();
}
