import type { CopyLimits } from './copy-limits.ts';
import type { CopyReader } from './copy-reader.ts';
import type { Range, RangeProgress } from './range.ts';
import type { RangeQueue } from './range-queue.ts';
import { canPause, type Piece, type Reading, readRange } from './read-range.ts';
import { together } from './together.ts';

export type CopyTurnDeps = {
  readonly queue: RangeQueue;
  readonly reader: CopyReader;
  readingOf(range: Range): Promise<Reading>;
  readonly threads: number;
  readonly limits: Pick<CopyLimits, 'turnMs' | 'turnBytes'>;
  now(): number;
  /** Ends the commands that are under way. */
  giveUp(): void;
};

/**
 * Reads ranges, several at once, until the turn is over or none is left. Nothing that was read stays behind: when the
 * generator ends, all of it was yielded.
 */
export function copyTurn(deps: CopyTurnDeps): AsyncGenerator<Piece> {
  const { queue, reader, limits, now } = deps;
  const endsAt = now() + limits.turnMs;
  let bytes = 0;
  const isOver = () => now() >= endsAt || bytes >= limits.turnBytes;

  async function* readRanges(): AsyncGenerator<Piece> {
    // one range at least, or a turn might do nothing
    do {
      const taken = await queue.take(reader);
      if (!taken) return;
      if (taken.isNew) yield { ...taken, events: [] };
      yield* readUntilOver(taken);
    } while (!isOver());
  }

  async function* readUntilOver(taken: RangeProgress): AsyncGenerator<Piece> {
    for await (const piece of readRange(taken, await deps.readingOf(taken.range), reader)) {
      for (const { length } of piece.events) bytes += length;
      yield piece;
      if (!piece.done && isOver() && canPause(piece.range)) {
        queue.putBack({ range: piece.range, lastId: piece.lastId, done: false });
        return;
      }
    }
  }

  return together(Array.from({ length: deps.threads }, readRanges), deps.giveUp);
}
