import type { Timestamp } from 'mongodb';
import { findElement } from '../bson/element-reader.ts';
import { timestampSeconds } from '../bson/event-header.ts';
import { type ChangeStreamDeps, changeStream } from './change-stream.ts';
import type { CursorReply } from './cursor-reply.ts';
import { trackPlace } from './place.ts';
import { timeInToken } from './resume-token.ts';
import type { StartPoint, Watch } from './watch-command.ts';

/** A change stream that is read in parts: each part goes on behind the last reply that was taken. */
export type PausableStream = {
  /** The reply to the opening, from where the stream can go on. */
  opening(): AsyncGenerator<CursorReply>;
  /** Up to what has happened until this part was begun. */
  upToPresent(): AsyncGenerator<CursorReply>;
  /** Until the signal aborts. */
  rest(): AsyncGenerator<CursorReply>;
  /** The database's time of the last reply, where a read can wait for it: no event that was taken is later. */
  readonly time: Timestamp | undefined;
  /** Where the stream goes on as long as there is no token. */
  readonly startTime: Timestamp | undefined;
};

/** How long the end of the stream is waited for with; a part should not wait longer than it has to. */
const CATCH_UP_MS = 500;

export function createPausableStream(
  watch: Watch,
  start: StartPoint,
  deps: ChangeStreamDeps,
  signal: AbortSignal,
): PausableStream {
  const place = trackPlace(start);
  let time: Timestamp | undefined;
  /** Was read at the opening and is yielded by the next part. */
  let held: CursorReply | undefined;

  function replies(awaitMs = watch.awaitMs): AsyncGenerator<CursorReply> {
    const streamed = changeStream({ ...watch, awaitMs }, place.start, { ...deps, onReply }, signal);
    if (!held) return streamed;
    const first = held;
    held = undefined;
    return behind(first, streamed);
  }

  function onReply({ isCausal, operationTime, token }: CursorReply): void {
    if (isCausal) time = operationTime ?? time;
    place.note(token, operationTime);
  }

  /** Servers before 4.0.7 have no token before the first event: one more reply may have one. */
  async function* opening(): AsyncGenerator<CursorReply> {
    let isFirst = true;
    for await (const reply of replies()) {
      if (isFirst) yield reply;
      if (reply.events.length > 0) held = reply;
      if (!isFirst || reply.token !== undefined) return;
      isFirst = false;
    }
  }

  async function* upToPresent(): AsyncGenerator<CursorReply> {
    let present: Timestamp | undefined;
    let before: CursorReply | undefined;
    for await (const reply of replies(Math.min(watch.awaitMs, CATCH_UP_MS))) {
      present ??= reply.operationTime;
      yield reply;
      if (before && hasReached(present, reply, before)) return;
      before = reply;
    }
  }

  return {
    opening,
    upToPresent,
    rest: () => replies(),
    get time() {
      return time;
    },
    get startTime() {
      const { start: at } = place;
      return at && 'startAtOperationTime' in at ? at.startAtOperationTime : undefined;
    },
  };
}

async function* behind(first: CursorReply, others: AsyncGenerator<CursorReply>): AsyncGenerator<CursorReply> {
  yield first;
  yield* others;
}

/** A reply without events may come before the end where the server filters many; a token that has a time tells. */
function hasReached(present: Timestamp | undefined, { events, token }: CursorReply, before: CursorReply): boolean {
  const last = events.at(-1);
  const inToken = timeInToken(token)?.seconds;
  const seconds = inToken ?? (last && timestampSeconds(last, findElement(last, 'clusterTime')));
  if (present && seconds !== undefined && seconds >= present.high >>> 0) return true;
  return events.length === 0 && (inToken === undefined || token === before.token);
}
