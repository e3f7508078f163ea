import { setTimeout as sleep } from 'node:timers/promises';
import type { MongoPhase } from '../client/classify-error.ts';
import { type CursorReply, isInvalidate } from './cursor-reply.ts';
import { openEventCursor } from './event-cursor.ts';
import { causeOf } from './loss-checks.ts';
import { createOutage, type OutageDeps } from './outage.ts';
import { trackPlace } from './place.ts';
import type { Features } from './probe/plan-features.ts';
import { timeInToken } from './resume-token.ts';
import { compareTimes } from './start-time.ts';
import type { StreamConnection } from './stream-connection.ts';
import type { StreamCursor } from './stream-cursor.ts';
import type { StartPoint, Watch } from './watch-command.ts';

export type ChangeStreamDeps = OutageDeps & {
  readonly connection: StreamConnection;
  readonly hosts: readonly string[];
  /** The token to begin behind may be of another scope; what was read tells that it is not. */
  readonly isDoubtful?: boolean;
  /** What the deployment can do; asked once, and again where it did not answer. */
  features(): Promise<Features>;
  /** Hears of each reply before it is handed on. */
  onReply?(reply: CursorReply): void;
};

/**
 * The replies of a change stream until the signal aborts; the first one has no events.
 *
 * After a passing failure the stream is opened again behind the last reply that was taken, so replies come without a
 * gap, and an event comes twice only where its reply was not taken. It also goes on behind an invalidate event.
 */
export async function* changeStream(
  watch: Watch,
  start: StartPoint,
  deps: ChangeStreamDeps,
  signal: AbortSignal,
): AsyncGenerator<CursorReply> {
  /** Behind the last reply that was taken. */
  const place = trackPlace(start);
  let hasRead = false;
  const outage = createOutage({ watch: watch.name, hosts: deps.hosts }, deps);

  while (!signal.aborted) {
    const from = place.start;
    // without a place to begin at none can be lost
    let phase: MongoPhase = from ? 'opening' : 'command';
    let hadEvents = false;
    let invalidated: string | undefined;
    try {
      // refuses what cannot work before anything is read
      const features = await deps.features();
      await using cursor = await openEventCursor(deps.connection, watch, from, features, deps.log, signal);
      outage.opened();
      phase = 'reading';
      for await (const reply of repliesOf(cursor)) {
        if (signal.aborted) return;
        if (reply !== cursor.first) outage.delivered();
        hadEvents ||= reply.events.length > 0;
        const token = reply === cursor.first ? openingToken(reply, from) : tokenBehind(reply, invalidated);
        const handed = token === reply.token ? reply : { ...reply, token };
        deps.onReply?.(handed);
        yield handed;
        hasRead ||= reply !== cursor.first;
        // with neither a failure would go on from now
        place.note(token, reply.operationTime);
        if (!isBehindInvalidate(reply)) continue;
        invalidated = token;
        deps.log.info('What is watched was dropped or renamed; the change stream goes on behind that', {
          watch: watch.name,
        });
      }
      // a server that closes one empty cursor after another must not make this loop spin
      if (!hadEvents) await sleep(EMPTY_CURSOR_PAUSE_MS, undefined, { signal });
    } catch (error) {
      if (signal.aborted) return;
      const isScopeSure = hasRead || !deps.isDoubtful;
      const cause = await causeOf({ error, isScopeSure, phase, start: place.start }, watch, deps, signal);
      if (signal.aborted) return;
      await pause(outage.pauseAfter(cause, phase), signal);
    }
  }
}

const EMPTY_CURSOR_PAUSE_MS = 1_000;

/** The next reply is on its way while the current one is worked on. */
async function* repliesOf(cursor: StreamCursor): AsyncGenerator<CursorReply> {
  yield cursor.first;
  if (cursor.first.cursorId === 0n) return;
  let next = cursor.next();
  for (;;) {
    const reply = await next;
    // the server closes the cursor behind an invalidate event
    if (reply.cursorId === 0n) {
      yield reply;
      return;
    }
    next = cursor.next();
    // one that fails while nobody waits for it is looked at when it is its turn
    next.catch(() => undefined);
    yield reply;
  }
}

/** Ends early, without an error, when the signal aborts. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/**
 * The token of an opening reply as a position.
 *
 * Behind a token that is the token itself: the opening has nothing to add. At a time, servers that are not MongoDB
 * answer with a place far ahead of the events that are still to come: then there is no position before the first reply
 * with events.
 */
function openingToken({ token }: CursorReply, start: StartPoint): string | undefined {
  if (!start) return token;
  if ('token' in start) return start.token;
  const { t: seconds, i: increment } = start.startAtOperationTime;
  const time = timeInToken(token);
  return time && compareTimes(time, { seconds, increment }) <= 0 ? token : undefined;
}

/** Behind an invalidate event a cursor has nothing more; what it then says of its place could lead back before that. */
const tokenBehind = ({ events, token }: CursorReply, invalidated: string | undefined): string | undefined =>
  events.length === 0 ? (invalidated ?? token) : token;

function isBehindInvalidate({ events }: CursorReply): boolean {
  const last = events.at(-1);
  return last !== undefined && isInvalidate(last);
}
