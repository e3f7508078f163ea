import { MongoServerError } from 'mongodb';
import { messageOf } from '../../../connect/errors.ts';
import type { Log } from '../../../connect/log.ts';
import { classifyMongoError } from '../client/classify-error.ts';
import { type CursorReply, tokenOf } from './cursor-reply.ts';
import { trackPlace } from './place.ts';
import type { Features } from './probe/plan-features.ts';
import { createJoinFragments, splitsEvents, withSplitStage } from './split-events.ts';
import type { StreamConnection } from './stream-connection.ts';
import { openCursor, type StreamCursor } from './stream-cursor.ts';
import { headersOnly, isTooLarge, tooLarge } from './too-large.ts';
import type { StartPoint, Watch } from './watch-command.ts';

/**
 * A change stream's cursor that gives whole events only.
 *
 * Where the server can it splits large events, which are joined here. Where it can't, an event that fits into no reply
 * is told from its neighbours and handed on as an unreadable one, with its header, and the stream goes on right behind
 * it; without `passesTooLarge` the server's error is thrown.
 */
export async function openEventCursor(
  connection: StreamConnection,
  watch: Watch,
  start: StartPoint,
  features: Pick<Features, 'splitsLargeEvents'>,
  log: Log,
  signal: AbortSignal,
): Promise<StreamCursor> {
  const open = (from: StartPoint, how: Watch) => openCursor(connection, how, from, log, signal);
  const opened = await openSplitting(features.splitsLargeEvents, watch, (how) => open(start, how), log);
  let inner = opened.cursor;
  let join = createJoinFragments();
  /** Events of the next reply at most, near an event that is too large; nothing: as configured. */
  let most: number | undefined;
  const place = trackPlace(start);

  async function next(): Promise<CursorReply> {
    try {
      const reply = take(await inner.next(most));
      if (most !== undefined) most = wider(most, reply.events.length);
      return reply;
    } catch (error) {
      const position = watch.passesTooLarge && isTooLarge(error) ? place.start : undefined;
      if (!position) throw error;
      if (most === 1) return passOver(position, error);
      // the server gave none of the reply's events: from here on one by one, until it is the next one
      most = 1;
      return { ...(await reopen(position)), events: [], token: undefined };
    }
  }

  function take(reply: CursorReply): CursorReply {
    const whole = splitsEvents(opened.watch.pipeline) ? join(reply) : reply;
    place.note(whole.token);
    return whole;
  }

  async function reopen(from: StartPoint): Promise<CursorReply> {
    await inner[Symbol.asyncDispose]();
    join = createJoinFragments();
    inner = await open(from, opened.watch);
    return inner.first;
  }

  async function passOver(from: StartPoint, error: unknown): Promise<CursorReply> {
    const fault = tooLarge(watch, error);
    const header = await readHeader(from);
    const token = header && tokenOf(header);
    if (!header || token === undefined) throw fault;
    most = undefined;
    place.note(token);
    return { ...(await reopen(place.start)), events: [header], unreadable: new Map([[header, fault]]), token };
  }

  async function readHeader(from: StartPoint): Promise<Buffer | undefined> {
    await using headers = await open(from, headersOnly(watch));
    for (;;) {
      const { cursorId, events } = await headers.next();
      if (events[0] || cursorId === 0n) return events[0];
    }
  }

  return { first: take(opened.cursor.first), next, [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose]() };
}

/** Doubled as long as there is more; where nothing is left the event that was too large is behind. */
function wider(most: number, got: number): number | undefined {
  return got < most || most >= WIDEST ? undefined : most * 2;
}
const WIDEST = 1024;

/** Opens it with the stage that splits, where the server has it; the watch that is returned is the one that it took. */
async function openSplitting(
  isKnown: boolean,
  watch: Watch,
  open: (watch: Watch) => Promise<StreamCursor>,
  log: Log,
): Promise<{ cursor: StreamCursor; watch: Watch }> {
  if (!isKnown || splitsEvents(watch.pipeline)) return { cursor: await open(watch), watch };
  const splitting = { ...watch, pipeline: withSplitStage(watch.pipeline) };
  try {
    return { cursor: await open(splitting), watch: splitting };
  } catch (error) {
    if (!isStageRefused(error)) throw error;
    // services that speak MongoDB's protocol may have the version and not the stage
    log.debug('The server takes no $changeStreamSplitLargeEvent', { watch: watch.name, error: messageOf(error) });
    return { cursor: await open(watch), watch };
  }
}

const UNAUTHORIZED = 13;

const isStageRefused = (error: unknown): boolean =>
  error instanceof MongoServerError &&
  error.code !== UNAUTHORIZED &&
  classifyMongoError(error, 'command') === 'refused';
