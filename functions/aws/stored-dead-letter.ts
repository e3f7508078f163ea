import * as z from 'zod';
import type { Stage } from '../connect/outcomes.ts';
import { type ClaimCheck, claimCheckSchema, type FetchValue } from './claim-check.ts';
import {
  type DeadLetter,
  fromText,
  keyText,
  letterFacts,
  type ParkedBy,
  parseDeadLetter,
  parseJson,
  toDocument,
  toSqsText,
} from './dead-letter.ts';

/** What a message tells of a letter that is too large for it: the facts, and where the whole letter is. */
export type StoredDeadLetter = Omit<DeadLetter, 'record'> & {
  readonly parkedKey?: ParkedBy | undefined;
  /** A key that is long is in the whole letter only, and null here. */
  readonly record: { readonly key: Uint8Array | null } & (
    | { readonly topic: string; readonly partition: number; readonly offset: number }
    | { readonly namespace: string; readonly token: string }
  );
  readonly stored: ClaimCheck;
};

export const isStored = (letter: DeadLetter | StoredDeadLetter): letter is StoredDeadLetter => 'stored' in letter;

/** A longer key is in the whole letter only. */
const MOST_KEY_CHARACTERS = 100_000;

/** The text of the message that stands for a letter whose own text is in the bucket. */
export function toStoredBody(letter: DeadLetter, stored: ClaimCheck): string {
  const { record, ...facts } = toDocument(letter);
  const { headers: _, key, value: __, valueEncoding: ___, ...where } = record as Readonly<Record<string, unknown>>;
  const isShort = String(key).length <= MOST_KEY_CHARACTERS;
  return toSqsText({ ...facts, record: { ...where, ...(isShort && { key }) }, $claimCheck: stored });
}

const storedSchema = z.object({
  ...letterFacts,
  record: z.union([
    z.object({ topic: z.string().min(1), partition: z.int().min(0), offset: z.int().min(0), ...keyText }),
    z.object({ namespace: z.string(), token: z.string(), ...keyText }),
  ]),
  $claimCheck: claimCheckSchema,
});

/** What the text of a message tells. @throws DataError where it is no dead letter of ours. */
export function parseMessage(body: string): DeadLetter | StoredDeadLetter {
  const { data } = storedSchema.safeParse(parseJson(body));
  if (!data) return parseDeadLetter(body);
  const { $claimCheck: stored, attempts, connector, failedAt, parkedKey } = data;
  const { key, keyEncoding, ...where } = data.record;
  const record = { ...where, key: fromText(key, keyEncoding) };
  const error = { ...data.error, stage: data.error.stage as Stage };
  const facts = { connector, error, record, failedAt: Date.parse(failedAt), attempts, stored };
  return { ...facts, ...(parkedKey !== undefined && { parkedKey }) };
}

/** The text of a whole letter, from the message or from the bucket that the message names. */
export async function fetchLetterText(body: string, fetchValue: FetchValue): Promise<string> {
  const letter = parseMessage(body);
  return isStored(letter) ? Buffer.from(await fetchValue(letter.stored)).toString('utf8') : body;
}
