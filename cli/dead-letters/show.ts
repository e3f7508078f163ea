import type { ClaimCheck, FetchValue } from '../../functions/aws/claim-check.ts';
import { isStored, parseMessage } from '../../functions/aws/stored-dead-letter.ts';
import { EXIT, type ExitCode, Failure } from '../failure.ts';
import { harmless } from '../one-line.ts';
import { isNamedBy, shortIdOf } from './letter.ts';
import { type ListDeps, readLetters } from './list.ts';
import { toParkedLine } from './parked-lines.ts';
import type { Received } from './queue.ts';

export type ShowDeps = ListDeps & { readonly fetchValue: FetchValue };

/**
 * Prints one message as SQS's console shows it: its details, its attributes and its body, readable. The record's content
 * is in the body, or in the claim check bucket; the person asked for it.
 */
export async function showDeadLetter(deps: ShowDeps, id: string): Promise<ExitCode> {
  const { letters } = await readLetters(deps, (letter) => isNamedBy(letter, id), Number.POSITIVE_INFINITY);
  const [letter, ...others] = letters;
  if (!letter)
    throw new Failure(EXIT.failed, `No dead letter has the id ${id}, or somebody else is reading it just now`);
  if (others.length > 0) {
    throw new Failure(EXIT.failed, `Several dead letters have an id that begins with ${id}: ${letters.map(shortIdOf)}`);
  }
  const parked = await toParkedLine(letter, deps.parked);
  for (const line of toLines(letter.message, parked)) deps.out(harmless(line));
  const stored = storedIn(letter.message);
  if (stored) {
    const { bucket, key } = stored;
    const text = Buffer.from(await deps.fetchValue(stored)).toString('utf8');
    deps.out(harmless(`Whole dead letter, s3://${bucket}/${key}:`));
    deps.out(harmless(pretty(text)));
  }
  return EXIT.done;
}

function toLines(message: Received, parked: string | undefined): string[] {
  const { MessageId, Attributes = {}, MessageAttributes = {}, Body } = message;
  const sent = Number(Attributes.SentTimestamp);
  const attributes = Object.entries(MessageAttributes).map(
    ([name, { DataType, StringValue }]) => `  ${name}: ${StringValue ?? `(${DataType})`}`,
  );
  return [
    `ID: ${MessageId}`,
    ...(Number.isFinite(sent) ? [`Sent: ${new Date(sent).toISOString()}`] : []),
    `Receive count: ${Attributes.ApproximateReceiveCount ?? '-'}`,
    ...(attributes.length > 0 ? ['Attributes:', ...attributes] : []),
    ...(parked === undefined ? [] : [parked]),
    'Body:',
    pretty(Body),
  ];
}

function storedIn({ Body }: Received): ClaimCheck | undefined {
  try {
    const letter = parseMessage(Body);
    return isStored(letter) ? letter.stored : undefined;
  } catch {
    // no dead letter of ours: its body is all there is
    return undefined;
  }
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    // not JSON, so not ours: shown as it is
    return body;
  }
}
