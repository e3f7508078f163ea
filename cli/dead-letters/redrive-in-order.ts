import type { ParkedKey } from '../../functions/aws/parked-keys.ts';
import { waitingText } from '../../functions/connect/parking.ts';
import type { Letter } from './letter.ts';
import { countedLetters } from './list.ts';

export type OrderDeps = {
  /** The parked key of a connector as it is now. */
  get(connector: string, key: string): Promise<ParkedKey | undefined>;
  /** Sends one to the replay queue; whether that went well. */
  send(letter: Letter): Promise<boolean>;
  /** Keeps the letters from others a while longer. */
  keep(): Promise<void>;
  sleep(ms: number): Promise<void>;
  now(): number;
  readonly signal: AbortSignal;
  out(line: string): void;
};

/** Keys that are worked on at a time; a replay function has two instances. */
const MOST_KEYS = 10;
const POLL_MS = 250;
/** A replay that takes longer waits for a database that is down, and the letters behind it need not wait with it. */
const PATIENCE_MS = 60_000;
/** Well within the time that a letter is hidden. */
const KEEP_MS = 120_000;

/**
 * Sends the letters of parked keys in the order in which they wait, each once the one before it is written: the queue
 * has no order, and one that comes too early would only be sent round.
 *
 * Returns how many stay, because what is in front of them is not written.
 */
export async function redriveInOrder(letters: readonly Letter[], deps: OrderDeps): Promise<number> {
  const keys = [...Map.groupBy(letters, ({ connector, parkedKey }) => `${connector}\0${parkedKey}`).values()];
  let waiting = 0;
  let kept = deps.now();
  const work = async (): Promise<void> => {
    for (let ofKey = keys.shift(); ofKey; ofKey = keys.shift()) {
      const left = await redriveKey(ofKey, { ...deps, keep });
      waiting += left;
    }
  };
  const keep = async (): Promise<void> => {
    if (deps.now() - kept < KEEP_MS) return;
    kept = deps.now();
    await deps.keep();
  };
  await Promise.all(Array.from({ length: Math.min(MOST_KEYS, keys.length) }, work));
  return waiting;
}

async function redriveKey(letters: readonly Letter[], deps: OrderDeps): Promise<number> {
  const { connector, parkedKey } = letters[0]!;
  const get = () => deps.get(connector, String(parkedKey));
  let item = await get();
  const waits = new Set(item?.waits.map(waitingText));
  // the sink settles those without a write
  for (const letter of letters) if (!waits.has(letter.position)) await deps.send(letter);
  const rest = new Map(
    letters.filter(({ position }) => waits.has(position)).map((letter) => [letter.position, letter]),
  );
  while (item && rest.size > 0 && !deps.signal.aborted) {
    const first = waitingText(item.waits[0]!);
    const letter = rest.get(first);
    if (!letter) return stay(rest.size, `behind ${first}, whose dead letter is not among them`, deps);
    if (!(await deps.send(letter))) return stay(rest.size - 1, `behind ${first}`, deps);
    rest.delete(first);
    if (rest.size === 0) return 0;
    const now = await settled(letter, get, deps);
    if (typeof now === 'string') return stay(rest.size, `behind ${first}, which ${now}`, deps);
    item = now;
  }
  return rest.size;
}

/** The key once a letter is written, or why it is not. */
async function settled(
  { attempts = 0, position }: Letter,
  get: () => Promise<ParkedKey | undefined>,
  { keep, now, signal, sleep }: OrderDeps,
): Promise<ParkedKey | undefined | string> {
  const deadline = now() + PATIENCE_MS;
  while (now() < deadline && !signal.aborted) {
    await sleep(POLL_MS);
    await keep();
    const item = await get();
    if (!item || waitingText(item.waits[0]!) !== position) return item;
    if (item.tried?.position === position && item.tried.attempts > attempts) return 'was rejected again';
  }
  return 'is not written yet';
}

function stay(count: number, why: string, { out }: OrderDeps): number {
  if (count > 0) out(`Left ${countedLetters(count)} of one key ${why}`);
  return count;
}
