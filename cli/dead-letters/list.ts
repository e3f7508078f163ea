import type { SQSClient } from '@aws-sdk/client-sqs';
import { countOf } from '../../functions/aws/queue-count.ts';
import { toTime } from '../ago.ts';
import { toColumns } from '../columns.ts';
import { EXIT, type ExitCode } from '../failure.ts';
import { type Letter, shortIdOf, toLetter } from './letter.ts';
import { toParkedLines } from './parked-lines.ts';
import type { ParkedTable } from './parked-table.ts';
import { readQueue } from './queue.ts';

export type ListDeps = {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly parked: Pick<ParkedTable, 'get'>;
  readonly signal: AbortSignal;
  out(line: string): void;
};

export type ListOptions = { readonly connector?: string; readonly limit: number };

const HEADER = ['ID', 'FAILED AT', 'CONNECTOR', 'RECORD', 'CODE', 'ERROR'];

/** Prints the facts of the dead letters, oldest first, and leaves them in the queue; never a document's content. */
export async function listDeadLetters(deps: ListDeps, { connector, limit }: ListOptions): Promise<ExitCode> {
  const { out } = deps;
  const before = await countOf(deps.sqs, deps.queueUrl);
  const { letters, isWhole } = await readLetters(deps, (letter) => !connector || letter.connector === connector, limit);
  if (letters.length > 0) for (const line of toColumns(HEADER, letters.map(toRow))) out(line);
  if (letters.length > 0) out('');
  for (const line of await toParkedLines(letters, deps.parked)) out(line);
  out(`${countedLetters(letters.length)}${connector ? ` of ${connector}` : ''}`);
  if (!isWhole) out(`There are more, about ${before.visible} in all: see them with --limit ${before.visible}`);
  if (before.hidden > 0) out(`${before.hidden} more are being read or sent again just now, so they are not shown`);
  return EXIT.done;
}

/** The letters of the queue that are wanted, at most `limit`, oldest first. */
export async function readLetters(
  { sqs, queueUrl, signal }: Pick<ListDeps, 'sqs' | 'queueUrl' | 'signal'>,
  isWanted: (letter: Letter) => boolean,
  limit: number,
): Promise<{ letters: Letter[]; isWhole: boolean }> {
  await using reading = readQueue(sqs, queueUrl, signal);
  const letters: Letter[] = [];
  for await (const batch of reading.batches()) {
    letters.push(...batch.map(toLetter).filter(isWanted));
    if (letters.length > limit) break;
  }
  signal.throwIfAborted();
  letters.sort((a, b) => a.failedAt - b.failedAt);
  return { letters: letters.slice(0, limit), isWhole: letters.length <= limit };
}

function toRow(letter: Letter): string[] {
  const { connector, failedAt, position, code, sentence } = letter;
  return [shortIdOf(letter), toTime(failedAt), connector || '-', position || '-', code || '-', sentence];
}

/** `1 dead letter`, `3 dead letters`. */
export const countedLetters = (count: number): string => `${count} dead letter${count === 1 ? '' : 's'}`;
