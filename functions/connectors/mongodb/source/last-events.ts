import type { LastEvents } from '../../../connect/connector.ts';
import { findElement } from '../bson/element-reader.ts';
import { timestampOf } from '../bson/event-header.ts';
import { tokenOf } from './cursor-reply.ts';
import { timeInToken } from './resume-token.ts';
import { compareTimes, type StartTime } from './start-time.ts';

/** A transaction gives all its events one time; of a larger one the events beyond these may come twice. */
const MOST_TOKENS = 1_000;
/** Characters of all tokens together: the item of the position is written every second, and paid by its size. */
const MOST_CHARACTERS = 50_000;

/** Notes change events in their order, and says which of them have the newest time. */
export function trackLastEvents(known?: LastEvents): (events: readonly Buffer[]) => LastEvents | undefined {
  let last = known;

  return (events) => {
    const time = timeOf(events.at(-1));
    // without a time of its own an event is covered by the time before it: then it comes twice
    if (!time) return last;
    const isSameTime = last && compareTimes(last, time) === 0;
    const before = events.findLastIndex((event) => !isAt(time, event));
    const tokens = before < 0 && isSameTime ? [...(last?.tokens ?? [])] : [];
    let characters = tokens.reduce((sum, token) => sum + token.length, 0);
    for (const event of events.slice(before + 1)) {
      const token = tokenOf(event) ?? '';
      characters += token.length;
      if (tokens.length === MOST_TOKENS || characters > MOST_CHARACTERS) break;
      tokens.push(token);
    }
    last = { ...time, tokens };
    return last;
  };
}

/** Leaves out change events that are known to be acknowledged. They have one time, so the first later one ends it. */
export function leaveOut(known: LastEvents | undefined): (events: readonly Buffer[]) => readonly Buffer[] {
  const tokens = new Set(known?.tokens);
  let isOver = tokens.size === 0;

  return (events) => {
    if (isOver || !known || events.length === 0) return events;
    const kept = events.filter((event) => !(isAt(known, event) && tokens.has(tokenOf(event) ?? '')));
    const newest = timeOf(events.at(-1));
    isOver = newest !== undefined && compareTimes(newest, known) > 0;
    return kept;
  };
}

const isAt = (time: StartTime, event: Buffer): boolean => {
  const own = timeOf(event);
  return own !== undefined && compareTimes(own, time) === 0;
};

/** `clusterTime`, or where the aggregation pipeline left it out the time inside the token. */
function timeOf(event: Buffer | undefined): StartTime | undefined {
  return event && (timestampOf(event, findElement(event, 'clusterTime')) ?? timeInToken(tokenOf(event)));
}
