import type { SQSClient } from '@aws-sdk/client-sqs';
import type { ParkedKey } from '../../functions/aws/parked-keys.ts';
import { countOf } from '../../functions/aws/queue-count.ts';
import { type WaitingPosition, waitingText } from '../../functions/connect/parking.ts';
import { EXIT, type ExitCode, Failure } from '../failure.ts';
import { countedLetters, readLetters } from './list.ts';
import type { ParkedTable } from './parked-table.ts';

export type FreeDeps = {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly replayQueueUrl: string;
  readonly parked: Pick<ParkedTable, 'all' | 'settle'>;
  readonly signal: AbortSignal;
  out(line: string): void;
};

/** `what`: a position, or a key with all that waits of it. */
export type FreeOptions = { readonly what: string; readonly connector: string; readonly isForced: boolean };

/**
 * Gives up what waits and has no dead letter any more, because somebody deleted it or SQS did after 14 days. Without it
 * the key would wait for ever.
 *
 * @throws Failure where the dead letter may still be there, for then it would be left out later and be lost.
 */
export async function freeParked(deps: FreeDeps, { connector, isForced, what }: FreeOptions): Promise<ExitCode> {
  const { key, positions, rest } = await findParked(deps, connector, what);
  if (!isForced) await refuseWithLetter(deps, connector, positions);
  if ((await deps.parked.settle(connector, key, positions)) === 'held') {
    throw new Failure(EXIT.failed, `A replay is just writing ${waitingText(positions[0]!)}: try again later`);
  }
  deps.out(`Gave up ${positions.length === 1 ? waitingText(positions[0]!) : `${positions.length} positions`}`);
  deps.out(
    rest === 0
      ? 'The key is free: its next records are written'
      : `Of the key ${rest} still wait${rest === 1 ? 's' : ''}: send them again`,
  );
  return EXIT.done;
}

type Found = { readonly key: string; readonly positions: readonly WaitingPosition[]; readonly rest: number };

async function findParked({ parked, signal }: FreeDeps, connector: string, what: string): Promise<Found> {
  const found: Found[] = [];
  for await (const item of parked.all(connector)) {
    signal.throwIfAborted();
    const positions = positionsOf(item, what);
    if (positions.length > 0) found.push({ key: item.key, positions, rest: item.waits.length - positions.length });
  }
  const [first, ...others] = found;
  if (!first) throw new Failure(EXIT.failed, `Nothing of ${connector} waits at "${what}"`);
  if (others.length > 0) {
    const names = found.map(({ key }) => key).join(' and ');
    throw new Failure(EXIT.failed, `Several keys match "${what}", expected a whole one: ${names}`);
  }
  return first;
}

/** A key may be typed with its namespace or without. */
function positionsOf({ key, waits }: ParkedKey, what: string): readonly WaitingPosition[] {
  if (key === what || key.endsWith(`#${what}`)) return waits;
  return waits.filter((position) => waitingText(position) === what);
}

async function refuseWithLetter(
  deps: FreeDeps,
  connector: string,
  positions: readonly WaitingPosition[],
): Promise<void> {
  const { queueUrl, replayQueueUrl, sqs } = deps;
  const [waiting, replaying] = await Promise.all([queueUrl, replayQueueUrl].map((url) => countOf(sqs, url)));
  const unseen = (waiting?.hidden ?? 0) + (replaying?.hidden ?? 0) + (replaying?.visible ?? 0);
  if (unseen > 0) {
    const message = `${countedLetters(unseen)} are read or sent again just now, these may be among them: try again later, or add --force`;
    throw new Failure(EXIT.failed, message);
  }
  const texts = new Set(positions.map(waitingText));
  const isOneOfThem = (letter: { connector: string; position: string }) =>
    letter.connector === connector && texts.has(letter.position);
  const { letters } = await readLetters(deps, isOneOfThem, 1);
  const [letter] = letters;
  if (!letter) return;
  const message = `The dead letter of ${letter.position} is in the queue: send it again, or add --force to give it up`;
  throw new Failure(EXIT.failed, message);
}
