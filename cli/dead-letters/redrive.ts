import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { EXIT, type ExitCode, Failure } from '../failure.ts';
import { oneLine } from '../one-line.ts';
import { sentenceOf } from '../sentence-of.ts';
import { assertIds, isNamedBy, type Letter, shortIdOf, toLetter } from './letter.ts';
import { countedLetters } from './list.ts';
import type { ParkedTable } from './parked-table.ts';
import { type Reading, readQueue } from './queue.ts';
import { redriveInOrder } from './redrive-in-order.ts';

export type RedriveDeps = {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly replayQueueUrl: string;
  readonly parked: Pick<ParkedTable, 'get'>;
  readonly signal: AbortSignal;
  now(): number;
  out(line: string): void;
  err(line: string): void;
  /** For what passes by while it lasts. */
  progress(line: string): void;
};

/** Which dead letters to send again: those of these ids, those of a connector, or all. */
export type Selection = {
  readonly ids: readonly string[];
  readonly connector?: string;
  readonly all: boolean;
  /** Also those that may overwrite newer state. */
  readonly isForced: boolean;
};

/** What became of a dead letter that was selected. */
type Fate = 'sent' | 'source' | 'unreadable' | 'unprotected' | 'came back' | 'waiting' | 'failed';
type Counts = Record<Fate, number>;

/** Bytes of letters that are held to be sent in their order; what is behind them is left to the next run. */
const MOST_BYTES = 256 * 1024 * 1024;

/**
 * Sends dead letters to the replay queue, from where the replay function hands each to its sink again. Those of parked
 * keys are sent one by one in their order, when all others are sent.
 *
 * A message is deleted only after the replay queue has taken it, so a crash in between repeats it and never loses it.
 */
export async function redriveDeadLetters(deps: RedriveDeps, selection: Selection): Promise<ExitCode> {
  const counts: Counts = { sent: 0, source: 0, unreadable: 0, unprotected: 0, 'came back': 0, waiting: 0, failed: 0 };
  const missing = new Set(selection.ids);
  const sent = new Set<string>();
  let unknown = 0;
  {
    await using reading = readQueue(deps.sqs, deps.queueUrl, deps.signal);
    const send = async (letter: Letter): Promise<Fate> => {
      const fate = await redrive(letter, selection, reading, deps, sent);
      counts[fate] += 1;
      if (fate === 'sent') deps.progress(`Sent ${countedLetters(counts.sent)} …`);
      if (fate === 'sent' && letter.parkedKey === undefined) unknown += 1;
      return fate;
    };
    const parked: Letter[] = [];
    let bytes = 0;
    for await (const letters of select(reading, selection)) {
      for (const id of missing) if (letters.some((letter) => isNamedBy(letter, id))) missing.delete(id);
      const [ordered, others] = partition(letters, ({ parkedKey }) => typeof parkedKey === 'string');
      await Promise.all(others.map(send));
      parked.push(...ordered);
      bytes += ordered.reduce((sum, { message }) => sum + message.Body.length, 0);
      if (bytes > MOST_BYTES) break;
    }
    counts.waiting = await redriveInOrder(parked, {
      ...deps,
      get: deps.parked.get,
      keep: reading.keep,
      sleep: (ms) => sleep(ms),
      send: async (letter) => (await send(letter)) === 'sent',
    });
    if (bytes > MOST_BYTES) deps.out('There may be more, which are too many for one run: run it again');
  }
  if (unknown > 0) {
    deps.err(`Warning: the key of ${countedLetters(unknown)} is not known, newer state may be overwritten by them`);
  }
  return report(counts, missing, deps, selection);
}

const partition = <T>(list: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] => [
  list.filter(isFirst),
  list.filter((item) => !isFirst(item)),
];

/** @throws Failure where it is not clear what to send. */
export function assertSelection({ ids, connector, all }: Selection): void {
  assertIds(ids);
  if (ids.length > 0 && (all || connector)) {
    throw new Failure(EXIT.badInput, 'Expected ids, or --all, or --connector, not ids together with one of them');
  }
  if (ids.length === 0 && !all && !connector) {
    throw new Failure(EXIT.badInput, 'Expected ids of dead letters, --connector <name> or --all');
  }
}

/** The selected letters, a few at a time; by id only after all were looked at, for a short id may name several. */
async function* select(reading: Reading, { ids, connector }: Selection): AsyncGenerator<readonly Letter[]> {
  const named: Letter[] = [];
  for await (const batch of reading.batches()) {
    const letters = batch.map(toLetter);
    if (ids.length > 0) named.push(...letters.filter((letter) => ids.some((id) => isNamedBy(letter, id))));
    else yield letters.filter((letter) => !connector || letter.connector === connector);
  }
  for (const id of ids) {
    const several = named.filter((letter) => isNamedBy(letter, id));
    if (several.length > 1) {
      throw new Failure(EXIT.failed, `Nothing sent: ${several.length} dead letters have an id that begins with ${id}`);
    }
  }
  for (const letter of named) yield [letter];
}

async function redrive(
  letter: Letter,
  { isForced }: Selection,
  reading: Reading,
  { sqs, queueUrl, replayQueueUrl, out }: RedriveDeps,
  sent: Set<string>,
): Promise<Fate> {
  if (letter.kind !== 'sink') return letter.kind;
  if (letter.parkedKey === false && !isForced) return 'unprotected';
  // what failed again while this runs is here again as a new message; without an end it would go round and round
  const record = `${letter.connector} ${letter.position}`;
  if (sent.has(record)) return 'came back';
  sent.add(record);
  const { Body, MessageAttributes, ReceiptHandle } = letter.message;
  try {
    await sqs.send(new SendMessageCommand({ QueueUrl: replayQueueUrl, MessageBody: Body, MessageAttributes }));
  } catch (error) {
    out(oneLine(`${shortIdOf(letter)} was not sent, it stays in the dead letter queue: ${sentenceOf(error)}`));
    return 'failed';
  }
  try {
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
    reading.forget(letter.message);
    return 'sent';
  } catch (error) {
    out(oneLine(`${shortIdOf(letter)} was sent, but is still in the dead letter queue too: ${sentenceOf(error)}`));
    return 'failed';
  }
}

function report(
  counts: Counts,
  missing: ReadonlySet<string>,
  { out, signal }: RedriveDeps,
  { ids }: Selection,
): ExitCode {
  const { sent, source, unprotected, unreadable, waiting, failed, 'came back': cameBack } = counts;
  out(`Sent ${countedLetters(sent)} to the replay queue`);
  if (sent > 0) out('What fails again comes back to the dead letter queue, with one attempt more');
  if (source > 0) out(`Left ${countedLetters(source)} of sources: only those of sinks can be sent again`);
  if (unreadable > 0) out(`Left ${unreadable} that can't be read as dead letters`);
  if (unprotected > 0) {
    const why = 'errors.park.keys is off, so newer state of their documents may be overwritten';
    out(`Left ${countedLetters(unprotected)}: ${why}. Send them with --force`);
  }
  if (cameBack > 0) out(`Left ${countedLetters(cameBack)} of records that were just sent`);
  if (failed > 0) out(`${countedLetters(failed)} failed, see above`);
  if (signal.aborted) {
    out('Interrupted: the others stay in the dead letter queue');
    return EXIT.interrupted;
  }
  for (const id of missing) out(`No dead letter has the id ${id}, or somebody else is reading it just now`);
  const isIncomplete = failed + unprotected + waiting > 0 || (ids.length > 0 && sent < ids.length);
  return isIncomplete ? EXIT.failed : EXIT.done;
}
