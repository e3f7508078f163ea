import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../../connect/log.ts';
import type { MongoPhase } from '../client/classify-error.ts';
import { type CursorReply, isInvalidate } from './cursor-reply.ts';
import { openEventCursor } from './event-cursor.ts';
import { createOutage, type OutageDeps } from './outage.ts';
import type { Features } from './probe/plan-features.ts';
import { afterToken } from './start-point.ts';
import type { StreamConnection } from './stream-connection.ts';
import type { StreamCursor } from './stream-cursor.ts';
import type { StartPoint, Watch } from './watch-command.ts';

export type ChangeStreamDeps = OutageDeps & {
  readonly connection: StreamConnection;
  readonly hosts: readonly string[];
  /** What the deployment can do; asked once, and again where it did not answer. */
  features(): Promise<Features>;
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
  let position = start;
  let token = start && 'token' in start ? start.token : undefined;
  const outage = createOutage({ watch: watch.name, hosts: deps.hosts, token: () => token }, deps);

  while (!signal.aborted) {
    let phase: MongoPhase = 'opening';
    let hadEvents = false;
    try {
      // refuses what cannot work before anything is read
      const features = await deps.features();
      await using cursor = await openEventCursor(deps.connection, watch, position, features, deps.log, signal);
      outage.opened();
      phase = 'reading';
      for await (const reply of repliesOf(cursor)) {
        if (signal.aborted) return;
        if (reply !== cursor.first) outage.delivered();
        hadEvents ||= reply.events.length > 0;
        // behind a resume token the opening has nothing to add; only some servers answer with just that token
        const isReopening = reply === cursor.first && token !== undefined;
        yield isReopening ? { ...reply, token } : reply;
        if (!isReopening && reply.token !== undefined) {
          token = reply.token;
          position = afterToken(token);
        } else if (reply.operationTime) {
          // without a token a failure would go on from now
          position ??= { startAtOperationTime: reply.operationTime };
        }
        noteInvalidate(reply, watch, deps.log);
      }
      // a server that closes one empty cursor after another must not make this loop spin
      if (!hadEvents) await sleep(EMPTY_CURSOR_PAUSE_MS, undefined, { signal });
    } catch (error) {
      if (signal.aborted) return;
      await pause(outage.pauseAfter(error, phase), signal);
    }
  }
}

const EMPTY_CURSOR_PAUSE_MS = 1_000;

/** The next reply is on its way while the current one is worked on. */
async function* repliesOf(cursor: StreamCursor): AsyncGenerator<CursorReply> {
  yield cursor.first;
  if (cursor.first.cursorId === 0n) return;
  let pending = settled(cursor.next());
  for (;;) {
    const result = await pending;
    if ('error' in result) throw result.error;
    const { reply } = result;
    // the server closes the cursor behind an invalidate event
    if (reply.cursorId === 0n) {
      yield reply;
      return;
    }
    pending = settled(cursor.next());
    yield reply;
  }
}

/** Never rejects: a failure that comes while nobody waits is looked at when it is its turn. */
const settled = (next: Promise<CursorReply>): Promise<{ reply: CursorReply } | { error: unknown }> =>
  next.then(
    (reply) => ({ reply }),
    (error: unknown) => ({ error }),
  );

/** Ends early, without an error, when the signal aborts. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function noteInvalidate({ events }: CursorReply, watch: Watch, log: Log): void {
  const last = events.at(-1);
  if (last && isInvalidate(last)) {
    log.info('What is watched was dropped or renamed; the change stream goes on behind that', { watch: watch.name });
  }
}
