import { type Document, Long } from 'mongodb';
import { messageOf } from '../../../connect/errors.ts';
import type { Log } from '../../../connect/log.ts';
import { type CursorReply, readReply } from './cursor-reply.ts';
import { createReplySize } from './reply-size.ts';
import type { StreamConnection } from './stream-connection.ts';
import { createTimeLimit } from './time-limit.ts';
import { type StartPoint, toAggregate, toGetMore, type Watch } from './watch-command.ts';

export type StreamCursor = AsyncDisposable & {
  /** The reply to the opening: no events, but a resume token. */
  readonly first: CursorReply;
  /** The next reply, with at most so many events where a number is given. One call at a time. */
  next(mostEvents?: number): Promise<CursorReply>;
};

/** A server answers within maxTimeMS; one that takes this much longer is cut off without having said so. */
const REPLY_GRACE_MS = 60_000;
/** Node.js takes a longer one for 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Closing must not hold up a stop; a cursor that stays open is closed by the server itself after ten minutes. */
const CLOSE_MS = 1_000;

/** Opens a change stream; the signal ends a waiting `next` at once. */
export async function openCursor(
  connection: StreamConnection,
  watch: Watch,
  start: StartPoint,
  log: Log,
  signal: AbortSignal,
): Promise<StreamCursor> {
  const session = connection.openSession();
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const limit = createTimeLimit((ms) => stop.abort(new ReplyMissing(ms)));
  const run = async (command: Record<string, unknown>, limitMs: number) => {
    limit.begin(Math.min(limitMs, LONGEST_TIMER_MS));
    try {
      stop.signal.throwIfAborted();
      return readReply(await session.run(watch.database, command, stop.signal));
    } finally {
      limit.end();
    }
  };

  async function dispose(open: CursorReply | undefined): Promise<void> {
    signal.removeEventListener('abort', onAbort);
    stop.abort();
    limit.close();
    const closing = AbortSignal.timeout(CLOSE_MS);
    try {
      if (open && open.cursorId !== 0n) {
        const command = { killCursors: open.collection, cursors: [Long.fromBigInt(open.cursorId)] };
        await session.run(watch.database, command, closing);
      }
      await session.end();
    } catch (error) {
      log.debug('A cursor could not be closed; the server does so by itself', { error: messageOf(error) });
    }
  }

  try {
    // the first events can be far behind the start, so opening may take its time
    const first = await run(toAggregate(watch, start), OPENING_MS);
    const id = Long.fromBigInt(first.cursorId);
    const size = createReplySize();
    let last = first;
    let getMore: { readonly batchSize: number; readonly command: Document } | undefined;
    return {
      first,
      next: async (mostEvents = watch.batchSize) => {
        const batchSize = mostEvents > 0 ? mostEvents : size.events;
        // the same command as long as nothing changes: it was encoded already
        if (getMore?.batchSize !== batchSize) {
          getMore = { batchSize, command: toGetMore({ ...watch, batchSize }, id, first.collection) };
        }
        last = await run(getMore.command, watch.awaitMs + REPLY_GRACE_MS);
        size.note(last.events);
        return last;
      },
      [Symbol.asyncDispose]: () => dispose(last),
    };
  } catch (error) {
    await dispose(undefined);
    throw error;
  }
}

const OPENING_MS = 300_000;

/** A connection that is cut off in silence: passes like any other network failure. */
export class ReplyMissing extends Error {
  override readonly name = 'ReplyMissing';

  constructor(limitMs: number) {
    super(`Expected a reply of MongoDB within ${limitMs} ms, got none`);
  }
}
