import type { CursorReply } from '../cursor-reply.ts';
import type { Encoders } from './encoders.ts';

/** Fewer are done sooner here than they would be in another thread. */
const FEWEST_EVENTS = 64;

export type EncodeAheadOptions = {
  readonly fewestEvents?: number | undefined;
  /** Makes the replies end soon: called when nobody wants more of them. */
  giveUp(): void;
  /** Ends the replies too. */
  readonly signal: AbortSignal;
};

/**
 * The same replies in the same order, with what other threads made of their events; as many are under way as there are
 * threads, and one more that waits for the first of them to be free.
 *
 * What was read before a failure comes before the failure.
 */
export async function* encodeAhead(
  replies: AsyncIterable<CursorReply>,
  encoders: Encoders,
  { fewestEvents = FEWEST_EVENTS, giveUp, signal }: EncodeAheadOptions,
): AsyncGenerator<CursorReply> {
  const source = replies[Symbol.asyncIterator]();
  const underWay: Promise<CursorReply>[] = [];
  let pull: Promise<Pulled> | undefined;
  let end: Pulled | undefined;

  async function encoded(reply: CursorReply): Promise<CursorReply> {
    if (reply.events.length < fewestEvents) return reply;
    return { ...reply, encoded: await encoders.encode(reply.events) };
  }

  try {
    for (;;) {
      if (!end && underWay.length <= encoders.count) pull ??= pulledFrom(source);
      const [first] = underWay;
      // what is under way at a stop is read again
      if ((!first && !pull) || signal.aborted) break;
      const next = await (first && pull ? Promise.race([first, pull]) : (first ?? pull!));
      if (!isPulled(next)) {
        underWay.shift();
        yield next;
        continue;
      }
      pull = undefined;
      if (next.reply) underWay.push(quietly(encoded(next.reply)));
      else end = next;
    }
    if (end?.error !== undefined) throw end.error;
  } finally {
    giveUp();
    await source.return?.();
  }
}

/** A reply, or that there is none: the end of the stream, with the error that it ended with. */
type Pulled = { readonly isPulled: true; readonly reply?: CursorReply; readonly error?: unknown };

const isPulled = (next: Pulled | CursorReply): next is Pulled => 'isPulled' in next;

const pulledFrom = (source: AsyncIterator<CursorReply>): Promise<Pulled> =>
  source.next().then(
    ({ done, value }) => ({ isPulled: true, ...(!done && { reply: value }) }),
    (error: unknown) => ({ isPulled: true, error }),
  );

/** It fails when it is its turn, and meanwhile nobody looks. */
function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
