import type { Lane } from './lane.ts';
import type { Sender } from './sender.ts';
import { mostBytesOf, type ProducerSettings } from './settings.ts';
import type { Topics } from './topics.ts';

export type DispatcherDeps = {
  readonly topics: Topics;
  readonly sender: Sender;
  readonly settings: ProducerSettings;
  /** Monotonic milliseconds. */
  readonly now: () => number;
};

export type Dispatcher = {
  /** The lane has records, or may go on. */
  wake(lane: Lane): void;
  stop(): void;
};

/** Most bytes of the batches of one request that carries several; the Java producer's default of `max.request.size`. */
const REQUEST_BYTES = 1_048_576;

/**
 * Decides when which lanes' batches leave together.
 *
 * Lanes of one leader share requests. A request leaves at once while there is little to do; after one that carried
 * many records the next waits up to `linger.ms`, unless a lane has a full batch. One request is encoded per turn of the
 * event loop, so that a full buffer does not hold up everything else.
 */
export function openDispatcher({ topics, sender, settings, now }: DispatcherDeps): Dispatcher {
  const waiting = new Set<Lane>();
  const lingerUntil = new Map<number, number>();
  let isScheduled = false;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;

  function wake(lane: Lane): void {
    if (isStopped || lane.inFlight || lane.isEmpty) return;
    waiting.add(lane);
    schedule(queueMicrotask);
  }

  function schedule(defer: (callback: () => void) => void): void {
    if (isScheduled) return;
    isScheduled = true;
    defer(() => {
      isScheduled = false;
      if (!isStopped) dispatch();
    });
  }

  function dispatch(): void {
    clearTimeout(timer);
    const at = now();
    let nextAt = Number.POSITIVE_INFINITY;
    const byLeader = new Map<number, Lane[]>();
    for (const lane of waiting) {
      if (lane.pausedUntil > at) nextAt = Math.min(nextAt, lane.pausedUntil);
      else append(byLeader, leaderOf(lane), lane);
    }
    for (const [leader, lanes] of byLeader) {
      const lingers = lingerUntil.get(leader) ?? 0;
      const isDue = lingers <= at || lanes.some((lane) => lane.isFull(maxBytesOf(lane)));
      if (!isDue) nextAt = Math.min(nextAt, lingers);
      else if (leader === NO_LEADER) for (const lane of lanes) lookUpLeader(lane, at);
      else if (sendOne(leader, lanes, at) < lanes.length) schedule(setImmediate);
    }
    if (nextAt !== Number.POSITIVE_INFINITY) timer = setTimeout(() => schedule(queueMicrotask), nextAt - at);
  }

  /** Sends one request with as many of the lanes as it takes, and returns how many that were. */
  function sendOne(leader: number, lanes: readonly Lane[], at: number): number {
    const batches = [];
    let bytes = 0;
    let records = 0;
    for (const lane of lanes) {
      if (bytes > 0 && bytes + lane.nextBytes > REQUEST_BYTES) break;
      const batch = lane.take();
      waiting.delete(lane);
      batch.firstTriedAt ??= at;
      bytes += batch.bytes;
      records += batch.records.count;
      batches.push(batch);
    }
    lingerUntil.set(leader, records >= settings.lingerRecords ? at + settings.lingerMs : 0);
    void sender.send(leader, batches);
    return batches.length;
  }

  function lookUpLeader(lane: Lane, at: number): void {
    const batch = lane.take();
    waiting.delete(lane);
    batch.firstTriedAt ??= at;
    sender.retry(batch, 'no broker leads it', true);
  }

  const leaderOf = (lane: Lane): number => topics.get(lane.topic)?.leaders[lane.partition] ?? NO_LEADER;

  const maxBytesOf = ({ topic }: Lane): number => mostBytesOf(settings, topics.get(topic)?.maxMessageBytes);

  function stop(): void {
    isStopped = true;
    clearTimeout(timer);
    waiting.clear();
  }

  return { wake, stop };
}

const NO_LEADER = -1;

function append(byLeader: Map<number, Lane[]>, leader: number, lane: Lane): void {
  const lanes = byLeader.get(leader);
  if (lanes) lanes.push(lane);
  else byLeader.set(leader, [lane]);
}
