import { isUtf8 } from 'node:buffer';
import { letterFactsOf } from '../aws/letter-facts.ts';
import { parseMessage } from '../aws/stored-dead-letter.ts';
import { ERROR_CODES, messageOf } from '../connect/errors.ts';
import type { QueueMessage } from './read-letters.ts';

/** What a person sees of one message. */
export type LetterRow = {
  /** Its first characters, which name it for the command, too. */
  readonly id: string;
  readonly kind: 'sink' | 'source' | 'unreadable';
  /** Milliseconds since 1970. */
  readonly failedAt: number;
  readonly connector: string;
  readonly position: string;
  readonly key: string;
  readonly code: string;
  /** What the code means, in the words of the documentation. */
  readonly meaning: string;
  readonly sentence: string;
  readonly attempts: string;
};

const MOST_KEY_CHARACTERS = 120;
const MOST_SENTENCE_CHARACTERS = 400;
const NONE = '–';

/** The facts of a message, or that it is none of ours; never a value. */
export function toLetterRow({ body, id, sentAt }: QueueMessage): LetterRow {
  const short = id.slice(0, 8);
  try {
    const { attempts, code, key, sentence, ...facts } = letterFactsOf(parseMessage(body));
    const meaning = Object.entries(ERROR_CODES).find(([known]) => known === code)?.[1] ?? '';
    return {
      ...facts,
      id: short,
      code,
      meaning,
      key: toKeyText(key),
      sentence: cut(sentence, MOST_SENTENCE_CHARACTERS),
      attempts: String(attempts),
    };
  } catch (error) {
    const nothing = { connector: NONE, position: NONE, key: NONE, code: '', meaning: '', attempts: NONE };
    return { ...nothing, id: short, kind: 'unreadable', failedAt: sentAt, sentence: messageOf(error) };
  }
}

function toKeyText(key: Uint8Array | null): string {
  if (key === null) return NONE;
  const bytes = Buffer.from(key);
  return cut(isUtf8(bytes) ? bytes.toString('utf8') : `base64 ${bytes.toString('base64')}`, MOST_KEY_CHARACTERS);
}

const cut = (text: string, most: number): string => {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most).join('')}…`;
};
